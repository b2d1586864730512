namespace ColumnStream.Flight.Grpc;

/// <summary>Names how a call ended, with gRPC's numbers.</summary>
public enum GrpcStatusCode
{
    /// <summary>The call succeeded.</summary>
    Ok = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>The cause is not known.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the server's state.</summary>
    InvalidArgument = 3,

    /// <summary>Time ran out before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be made exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a limit or memory is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The server's state does not allow it.</summary>
    FailedPrecondition = 9,

    /// <summary>A conflict ended it; begin again one level higher.</summary>
    Aborted = 10,

    /// <summary>A position lies outside of what exists.</summary>
    OutOfRange = 11,

    /// <summary>The server does not know the method or the feature.</summary>
    Unimplemented = 12,

    /// <summary>The server broke one of its own rules.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached now; try again.</summary>
    Unavailable = 14,

    /// <summary>Data was lost or damaged for good.</summary>
    DataLoss = 15,

    /// <summary>The caller's identity is missing or wrong.</summary>
    Unauthenticated = 16,
}
