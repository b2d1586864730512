using System;
using System.Collections.Generic;
using System.Text.Json;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Parameters;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Is a ticket that some clients write themselves: JSON with <c>sql_query</c> and, if they like, <c>database</c> and <c>params</c>.
/// </summary>
/// <param name="Query">The text of the query, with a <c>?</c> for each parameter.</param>
/// <param name="Database">The schema in which it is meant, or null.</param>
/// <param name="Values">What stands for each <c>?</c>: null, text, bool, long or double.</param>
internal sealed record JsonTicket(string Query, string? Database, IReadOnlyList<object?> Values)
{
    /// <summary>Reads a ticket, or gives null where it is none of this kind.</summary>
    /// <exception cref="GrpcException">The query is not SQL, or a parameter is none that can be bound.</exception>
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

            List<object?> values = [];
            if (root.TryGetProperty("params", out JsonElement given) && given.ValueKind == JsonValueKind.Object)
            {
                query = ParameterMarkers.Replace(query, "$", name =>
                {
                    bool isThere = given.TryGetProperty(name, out JsonElement value);
                    if (isThere)
                    {
                        values.Add(ValueOf(name, value));
                    }

                    return isThere;
                });
            }

            return new JsonTicket(query, Text(root, "database"), values);
        }
        catch (JsonException e)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Ticket begins like JSON and is none: {e.Message}", e);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static object? ValueOf(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out long whole) ? whole : value.GetDouble(),
        _ => throw new GrpcException(GrpcStatusCode.InvalidArgument,
            $"Parameter ${name} of the ticket is a JSON {value.ValueKind}, expected text, a number, true, false or null."),
    };
}
