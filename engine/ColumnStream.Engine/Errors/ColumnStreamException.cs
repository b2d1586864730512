using System;

namespace ColumnStream.Engine.Errors;

/// <summary>Says what is wrong under a stable code, and by its class who must act.</summary>
public abstract class ColumnStreamException(int code, string message, Exception? cause) : Exception(message, cause)
{
    /// <summary>Gets the code without prefix: 2003 prints as <c>CST2003</c>.</summary>
    public int Code { get; } = code;
}
