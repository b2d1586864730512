namespace ColumnStream.Testing.Oss;

/// <summary>Names how the emulator treats one request.</summary>
public enum OssFault
{
    /// <summary>As it should be.</summary>
    None,

    /// <summary>An error of the server; nothing is done.</summary>
    ErrorBefore,

    /// <summary>An error of the server; everything is done.</summary>
    ErrorBehind,

    /// <summary>The connection is reset; nothing is done.</summary>
    ResetBefore,

    /// <summary>The connection is reset; everything is done.</summary>
    ResetBehind,

    /// <summary>No answer comes; everything is done.</summary>
    SilenceBehind,

    /// <summary>The answer's body ends in its middle.</summary>
    HalfBody,

    /// <summary>A byte of the body is another one: of the one stored, or of the one sent.</summary>
    ChangedByte,

    /// <summary>Too many requests; nothing is done.</summary>
    Throttled,
}
