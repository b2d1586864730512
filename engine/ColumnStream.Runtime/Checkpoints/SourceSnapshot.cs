using System.Collections.Generic;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Holds the positions of one reader.</summary>
/// <param name="Uid">Identity of the source node.</param>
/// <param name="Splits">The positions.</param>
public sealed record SourceSnapshot(string Uid, IReadOnlyList<SplitState> Splits);
