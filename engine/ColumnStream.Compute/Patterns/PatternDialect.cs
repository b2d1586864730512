namespace ColumnStream.Compute.Patterns;

/// <summary>Names the two languages of date patterns.</summary>
internal enum PatternDialect : byte
{
    /// <summary>That of java.time.format.DateTimeFormatter: strict widths, optional parts, a smart calendar.</summary>
    Formatter,

    /// <summary>That of java.text.SimpleDateFormat: any width, a lenient calendar, text behind the end is ignored.</summary>
    Simple,
}
