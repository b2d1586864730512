using System;

namespace ColumnStream.Compute.Execution;

/// <summary>Says that a step wants to make a longer text than one value may have; the evaluator adds who and where.</summary>
internal sealed class TextLengthException(long bytes, long limitBytes)
    : Exception($"Text would be too long: {bytes} bytes, {limitBytes} are allowed.")
{
    /// <summary>Gets the bytes that the value would have.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Gets the most bytes that a value may have.</summary>
    public long LimitBytes { get; } = limitBytes;
}
