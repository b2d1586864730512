using System;

namespace ColumnStream.Engine.Errors;

/// <summary>Says that memory, disk or another limit is reached; the operator must act.</summary>
public sealed class ResourceException(int code, string message, Exception? cause = null)
    : ColumnStreamException(code, message, cause);
