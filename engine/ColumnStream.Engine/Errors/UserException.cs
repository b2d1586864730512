using System;

namespace ColumnStream.Engine.Errors;

/// <summary>Says that the user's text, option or data is wrong; the user must act.</summary>
public sealed class UserException(int code, string message, Exception? cause = null)
    : ColumnStreamException(code, message, cause);
