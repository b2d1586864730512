using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Is a savepoint or checkpoint found below a folder.</summary>
/// <param name="Path">What <c>--restore</c> takes, below the folder; empty for the folder itself.</param>
/// <param name="Kind"><c>savepoint</c>, <c>checkpoint</c>, or <c>incomplete</c> for what a savepoint left that failed.</param>
/// <param name="Manifest">What it lists; null when it cannot be read.</param>
/// <param name="Bytes">Bytes of the state that it names.</param>
/// <param name="Problem">Why it cannot be read, or null.</param>
public sealed record SavedEntry(string Path, string Kind, Manifest? Manifest, long Bytes, string? Problem);
