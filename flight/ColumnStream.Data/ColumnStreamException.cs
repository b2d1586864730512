using System;
using System.Collections.Generic;
using System.Data.Common;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Data;

/// <summary>Is an error that the server, or the way to it, gave.</summary>
public sealed class ColumnStreamException : DbException
{
    private readonly bool _isTransient;

    /// <summary>Makes an error of the driver's own.</summary>
    public ColumnStreamException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Makes an error of the driver's own that has a state, and may pass by itself.</summary>
    internal ColumnStreamException(string message, string sqlState, bool isTransient, Exception? inner = null)
        : base(message, inner)
    {
        SqlState = sqlState;
        _isTransient = isTransient;
    }

    /// <summary>Makes an error of the status that a call ended with.</summary>
    internal ColumnStreamException(GrpcException error)
        : base(error.Status.Message.Length == 0 ? error.Status.Code.ToString() : error.Status.Message, error)
    {
        StatusCode = error.Status.Code;
        IReadOnlyDictionary<string, string>? values = error.Status.Info?.Metadata;
        Code = error.Status.Info?.Reason;
        SqlState = values?.GetValueOrDefault("sqlstate") ?? StateOf(error.Status.Code);
        _isTransient = values?.GetValueOrDefault("retryable") is { } retryable
            ? retryable == "true"
            : error.Status.Code is GrpcStatusCode.Unavailable or GrpcStatusCode.ResourceExhausted or GrpcStatusCode.Aborted;
    }

    /// <summary>Gets the server's own code, such as CST2003, or null where the error is none of the server's.</summary>
    public string? Code { get; }

    /// <summary>Gets the status of gRPC.</summary>
    public GrpcStatusCode StatusCode { get; } = GrpcStatusCode.Unknown;

    /// <inheritdoc/>
    public override string? SqlState { get; }

    /// <summary>Gets the statement of a batch that failed, or null where no batch did.</summary>
    public new ColumnStreamBatchCommand? BatchCommand { get; internal set; }

    /// <inheritdoc/>
    public override bool IsTransient => _isTransient;

    /// <inheritdoc/>
    protected override DbBatchCommand? DbBatchCommand => BatchCommand;

    /// <summary>Makes the error of what <c>Cancel</c> ended, as other providers do; a token of the caller's gives its own error.</summary>
    internal static ColumnStreamException Cancelled(Exception inner) =>
        new("Statement was cancelled.", "57014", isTransient: false, inner);

    private static string StateOf(GrpcStatusCode code) => code switch
    {
        GrpcStatusCode.Unauthenticated => "28000",
        GrpcStatusCode.PermissionDenied => "42501",
        GrpcStatusCode.Cancelled or GrpcStatusCode.DeadlineExceeded => "57014",
        GrpcStatusCode.Unavailable => "08006",
        GrpcStatusCode.Unimplemented => "0A000",
        GrpcStatusCode.ResourceExhausted => "53000",
        GrpcStatusCode.InvalidArgument => "42000",
        _ => "58000",
    };
}
