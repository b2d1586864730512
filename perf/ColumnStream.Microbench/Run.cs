namespace ColumnStream.Microbench;

/// <summary>Holds one measurement.</summary>
internal sealed record Run(double Nanoseconds, long Bytes, long Rows);
