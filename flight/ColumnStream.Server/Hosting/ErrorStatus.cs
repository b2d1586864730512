using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Server.Hosting;

/// <summary>Says errors as clients understand them: status, code, SQLSTATE and retry rule, all from the one table of errors.</summary>
internal static class ErrorStatus
{
    /// <summary>Gets who defines the codes.</summary>
    public const string Domain = "columnstream";

    /// <summary>Makes what a client is told; null of an error that it is told nothing of.</summary>
    public static GrpcStatus? Of(Exception failure) => failure switch
    {
        ColumnStreamException known => Of(known.Code, known.Message, known is ExternalException { IsRetryable: true }),
        MemoryLimitException full => Of(6001, full.Message, isRetryable: true),
        OperationCanceledException => Of(6002, "The statement was cancelled.", isRetryable: false),
        _ => null,
    };

    /// <summary>Makes an exception that carries an error to a client.</summary>
    public static Exception Wrap(Exception failure) =>
        failure is not GrpcException && Of(failure) is { } status ? new GrpcException(status, failure) : failure;

    /// <summary>Makes what a client is told of the listener's own limits: of connections, and of calls that wait for their client.</summary>
    public static GrpcStatus OfLimit(GrpcStatusCode status, string message) =>
        Of(status == GrpcStatusCode.ResourceExhausted ? 6003 : 6005, message, isRetryable: true);

    /// <summary>Returns the status that the table names.</summary>
    public static GrpcStatusCode CodeOf(ErrorCode error) =>
        Enum.Parse<GrpcStatusCode>(error.GrpcStatus.Replace("_", string.Empty, StringComparison.Ordinal), ignoreCase: true);

    private static GrpcStatus Of(int code, string message, bool isRetryable)
    {
        ErrorCode error = ErrorCodes.Find(code);
        string number = string.Create(CultureInfo.InvariantCulture, $"CST{code:D4}");
        string text = message.Contains(number, StringComparison.Ordinal) ? message : $"{number}: {message}";
        return new GrpcStatus(CodeOf(error), text)
        {
            Info = new GrpcErrorInfo(number, Domain, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["sqlstate"] = error.SqlState,
                ["retryable"] = isRetryable || error.IsRetryable ? "true" : "false",
                ["actor"] = error.Actor,
            }),
        };
    }
}
