using System;

namespace ColumnStream.Flight.Grpc;

/// <summary>States how a call ended.</summary>
/// <param name="Code">The outcome.</param>
/// <param name="Message">What people are told; empty for success.</param>
public sealed record GrpcStatus(GrpcStatusCode Code, string Message = "")
{
    /// <summary>Gets the status of success.</summary>
    public static GrpcStatus Ok { get; } = new(GrpcStatusCode.Ok);

    /// <summary>Gets what programs are told, or null.</summary>
    public GrpcErrorInfo? Info { get; init; }

    /// <summary>Gets the serialized google.rpc.Status as it came; empty where there was none.</summary>
    public ReadOnlyMemory<byte> Details { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Message.Length == 0 ? $"{Code}" : $"{Code}: {Message}";
}
