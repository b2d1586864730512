using System;

namespace ColumnStream.Flight.Grpc;

/// <summary>Ends a call with a status: thrown by a service to say it, and by a client that received it.</summary>
public sealed class GrpcException : Exception
{
    /// <summary>Makes an error of a whole status.</summary>
    public GrpcException(GrpcStatus status, Exception? inner = null, GrpcMetadata? trailers = null)
        : base(status.ToString(), inner)
    {
        Status = status;
        Trailers = trailers ?? new GrpcMetadata();
    }

    /// <summary>Makes an error of a code and a message.</summary>
    public GrpcException(GrpcStatusCode code, string message, Exception? inner = null)
        : this(new GrpcStatus(code, message), inner)
    {
    }

    /// <summary>Gets how the call ended.</summary>
    public GrpcStatus Status { get; }

    /// <summary>Gets what the server sent behind its answer.</summary>
    public GrpcMetadata Trailers { get; }
}
