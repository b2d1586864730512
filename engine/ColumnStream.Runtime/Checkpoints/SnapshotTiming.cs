namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Says how long one task's part of a checkpoint held up its rows.</summary>
/// <param name="AlignmentNs">From its first barrier to its last.</param>
/// <param name="PauseNs">In which its state was frozen.</param>
internal readonly record struct SnapshotTiming(long AlignmentNs, long PauseNs);
