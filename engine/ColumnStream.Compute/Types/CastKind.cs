namespace ColumnStream.Compute.Types;

/// <summary>States how a value of one type becomes one of another.</summary>
public enum CastKind : byte
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By CAST, which always has a result.</summary>
    Explicit,

    /// <summary>By CAST, which fails for some values; TRY_CAST gives NULL for them.</summary>
    Fallible,

    /// <summary>Without being asked, in INSERT; CAST does it too.</summary>
    Implicit,
}
