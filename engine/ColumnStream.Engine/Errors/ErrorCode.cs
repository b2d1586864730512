namespace ColumnStream.Engine.Errors;

/// <summary>Is one row of the error table.</summary>
/// <param name="Code">The number behind <c>CST</c>; never changes its meaning.</param>
/// <param name="SqlState">SQLSTATE for drivers.</param>
/// <param name="GrpcStatus">Status for Flight clients.</param>
/// <param name="IsRetryable">Whether trying again may help.</param>
/// <param name="Actor">Who must act: user, operator, developer.</param>
/// <param name="Template">What it says.</param>
public sealed record ErrorCode(
    int Code, string SqlState, string GrpcStatus, bool IsRetryable, string Actor, string Template);
