using System;
using System.Text.Json;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Is a ticket that some clients write themselves: JSON with <c>sql_query</c> and, if they like, <c>database</c>.
/// </summary>
/// <param name="Query">The text of the query.</param>
/// <param name="Database">The schema in which it is meant, or null.</param>
internal sealed record JsonTicket(string Query, string? Database)
{
    /// <summary>Reads a ticket, or gives null where it is none of this kind.</summary>
    /// <exception cref="GrpcException">The query is not SQL or has parameters.</exception>
    public static JsonTicket? TryParse(ReadOnlyMemory<byte> ticket)
    {
        if (ticket.IsEmpty || ticket.Span[0] != (byte)'{')
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(ticket);
            JsonElement root = document.RootElement;
            if (Text(root, "sql_query") is not { } query)
            {
                throw new GrpcException(
                    GrpcStatusCode.InvalidArgument, "Ticket is JSON without sql_query, expected the text of a query there.");
            }

            if (Text(root, "query_type") is { } type && !string.Equals(type, "sql", StringComparison.OrdinalIgnoreCase))
            {
                throw new GrpcException(GrpcStatusCode.Unimplemented,
                    $"Ticket asks for a language that this server does not speak: {type}. It speaks sql.");
            }

            if (root.TryGetProperty("params", out JsonElement parameters) && parameters.ValueKind == JsonValueKind.Object
                && parameters.EnumerateObject().MoveNext())
            {
                throw new GrpcException(
                    GrpcStatusCode.Unimplemented, "Ticket has named parameters: bind them to a prepared statement instead.");
            }

            return new JsonTicket(query, Text(root, "database"));
        }
        catch (JsonException e)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Ticket begins like JSON and is none: {e.Message}", e);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
