namespace ColumnStream.Compute.Patterns;

/// <summary>Names what a pattern is for: some letters can be written and not read, or the reverse.</summary>
internal enum PatternUse : byte
{
    /// <summary>Writing a local date-time that has no zone.</summary>
    WriteLocal,

    /// <summary>Writing a date-time with its zone.</summary>
    WriteZoned,

    /// <summary>Reading.</summary>
    Read,
}
