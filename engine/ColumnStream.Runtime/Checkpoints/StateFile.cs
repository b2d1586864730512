namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Is a section of an object that holds one Arrow stream.</summary>
/// <param name="Path">The object.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Sha256">Hash of the bytes.</param>
/// <param name="Rows">Rows of all batches.</param>
/// <param name="IsFull">Whether it begins a chain: everything, not changes.</param>
public sealed record StateFile(string Path, long Offset, long Length, string Sha256, long Rows, bool IsFull);
