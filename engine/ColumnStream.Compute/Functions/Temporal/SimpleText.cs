using ColumnStream.Compute.Patterns;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Holds the patterns that functions of text use when none is given.</summary>
internal static class SimpleText
{
    /// <summary>The text of <see cref="Default"/>.</summary>
    public const string DefaultPattern = "yyyy-MM-dd HH:mm:ss";

    /// <summary>Reads and writes yyyy-MM-dd HH:mm:ss as SimpleDateFormat does.</summary>
    public static DatePattern Default { get; } =
        DatePattern.TryCreate(DefaultPattern, PatternDialect.Simple, PatternUse.Read, out _)!;
}
