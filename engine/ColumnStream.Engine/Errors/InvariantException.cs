using System;

namespace ColumnStream.Engine.Errors;

/// <summary>Says that a rule of this program is broken.</summary>
public sealed class InvariantException(int code, string message, Exception? cause = null)
    : ColumnStreamException(code, message, cause);
