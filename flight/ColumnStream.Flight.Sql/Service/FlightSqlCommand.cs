using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>Reads what a client put into a descriptor, a ticket or an action: one of the messages, or plain SQL.</summary>
internal static class FlightSqlCommand
{
    private const string TypePrefix = "type.googleapis.com/";
    private const string Package = "arrow.flight.protocol.sql.";

    private static readonly Dictionary<string, MessageParser> Parsers = ByName(
        CommandGetSqlInfo.Descriptor, CommandGetXdbcTypeInfo.Descriptor, CommandGetCatalogs.Descriptor,
        CommandGetDbSchemas.Descriptor, CommandGetTables.Descriptor, CommandGetTableTypes.Descriptor,
        CommandGetPrimaryKeys.Descriptor, CommandGetExportedKeys.Descriptor, CommandGetImportedKeys.Descriptor,
        CommandGetCrossReference.Descriptor, CommandStatementQuery.Descriptor, CommandStatementSubstraitPlan.Descriptor,
        CommandPreparedStatementQuery.Descriptor, CommandStatementUpdate.Descriptor, CommandPreparedStatementUpdate.Descriptor,
        CommandStatementIngest.Descriptor, TicketStatementQuery.Descriptor, ActionCreatePreparedStatementRequest.Descriptor,
        ActionCreatePreparedSubstraitPlanRequest.Descriptor, ActionClosePreparedStatementRequest.Descriptor,
        ActionBeginTransactionRequest.Descriptor,
        ActionBeginSavepointRequest.Descriptor, ActionEndTransactionRequest.Descriptor, ActionEndSavepointRequest.Descriptor,
        ActionCancelQueryRequest.Descriptor);

    /// <summary>
    /// Reads a descriptor's or ticket's bytes; what is no message of Flight SQL is taken for the text of a query.
    /// </summary>
    /// <exception cref="GrpcException">
    /// The bytes are a message that the server does not know, or neither message nor text.
    /// </exception>
    public static IMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        if (TryUnwrap(bytes) is { } message)
        {
            return message;
        }

        try
        {
            return new CommandStatementQuery { Query = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.Span) };
        }
        catch (DecoderFallbackException e)
        {
            throw new GrpcException(
                GrpcStatusCode.InvalidArgument,
                "Command is neither a message of Flight SQL inside google.protobuf.Any nor UTF-8 text.", e);
        }
    }

    /// <summary>Reads an action's body.</summary>
    /// <exception cref="GrpcException">The body is not a <typeparamref name="T"/> inside google.protobuf.Any.</exception>
    public static T ParseAction<T>(FlightAction action)
        where T : class, IMessage<T> =>
        TryUnwrap(action.Body) as T ?? throw new GrpcException(
            GrpcStatusCode.InvalidArgument,
            $"Action {action.Type} needs a body: {typeof(T).Name} inside google.protobuf.Any; it has "
            + $"{action.Body.Length} other bytes.");

    /// <summary>Wraps a message as clients expect it.</summary>
    public static byte[] Wrap(IMessage message) =>
        new Any { TypeUrl = TypePrefix + message.Descriptor.FullName, Value = message.ToByteString() }.ToByteArray();

    private static IMessage? TryUnwrap(ReadOnlyMemory<byte> bytes)
    {
        Any any;
        try
        {
            any = Any.Parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }

        string name = any.TypeUrl[(any.TypeUrl.LastIndexOf('/') + 1)..];
        if (!name.StartsWith(Package, StringComparison.Ordinal))
        {
            return null;
        }

        if (!Parsers.TryGetValue(name, out MessageParser? parser))
        {
            throw new GrpcException(GrpcStatusCode.Unimplemented, $"This server does not know the message: {name}.");
        }

        try
        {
            return parser.ParseFrom(any.Value);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Message is damaged: {name}.", e);
        }
    }

    private static Dictionary<string, MessageParser> ByName(params Google.Protobuf.Reflection.MessageDescriptor[] messages)
    {
        var parsers = new Dictionary<string, MessageParser>(StringComparer.Ordinal);
        foreach (Google.Protobuf.Reflection.MessageDescriptor message in messages)
        {
            parsers.Add(message.FullName, message.Parser);
        }

        return parsers;
    }
}
