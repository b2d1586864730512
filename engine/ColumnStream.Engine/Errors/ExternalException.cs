using System;

namespace ColumnStream.Engine.Errors;

/// <summary>Says that another system failed: a disk, a server, a network.</summary>
public sealed class ExternalException(int code, string message, bool retryable, Exception? cause = null)
    : ColumnStreamException(code, message, cause)
{
    /// <summary>Gets whether trying again may help.</summary>
    public bool IsRetryable { get; } = retryable;
}
