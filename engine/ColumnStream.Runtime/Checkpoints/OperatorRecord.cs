using System.Collections.Generic;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Describes an operator, source or sink of the plan that wrote a checkpoint, so that a changed one can be held against it.</summary>
/// <param name="Uid">Its identity.</param>
/// <param name="Kind">The name of its node: <c>group-aggregate</c>.</param>
/// <param name="Facts">What its state means: keys, rows, windows; for a table its options, without secrets.</param>
/// <param name="States">Its states.</param>
public sealed record OperatorRecord(
    string Uid, string Kind, IReadOnlyDictionary<string, string> Facts, IReadOnlyList<StateRecord> States);
