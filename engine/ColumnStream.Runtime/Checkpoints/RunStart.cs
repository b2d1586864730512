namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Records what a run went on from: claims of earlier runs behind it are void.</summary>
/// <param name="Generation">The run.</param>
/// <param name="Epoch">The epoch that it restored, or the last one before its life; 0 for none.</param>
public sealed record RunStart(long Generation, long Epoch);
