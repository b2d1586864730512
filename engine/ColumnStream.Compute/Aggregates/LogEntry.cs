using System;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Points at one value of a <see cref="ValueLog"/>; good while the log is not changed.</summary>
internal readonly unsafe struct LogEntry(byte* pointer, int length, bool isNull)
{
    /// <summary>Gets the first byte.</summary>
    public byte* Pointer { get; } = pointer;

    /// <summary>Gets the number of bytes.</summary>
    public int Length { get; } = length;

    /// <summary>Gets whether the value is NULL.</summary>
    public bool IsNull { get; } = isNull;

    /// <summary>Gets the bytes.</summary>
    public ReadOnlySpan<byte> Bytes => new(Pointer, Length);

    /// <summary>Tells whether both are NULL or have the same bytes.</summary>
    public bool Same(LogEntry other) => IsNull == other.IsNull && Bytes.SequenceEqual(other.Bytes);
}
