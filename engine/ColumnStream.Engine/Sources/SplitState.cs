namespace ColumnStream.Engine.Sources;

/// <summary>Is one independently readable part of a source with its position; what a checkpoint stores.</summary>
/// <param name="SplitId">Identity: a file name, a shard.</param>
/// <param name="Position">Where to go on, in the connector's own words (JSON or a number).</param>
public sealed record SplitState(string SplitId, string Position);
