using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Says what an operator's state means: facts that a checkpoint and a plan must share for the state to go on.</summary>
/// <param name="Kind">The node's name on the wire, without version.</param>
/// <param name="Facts">Label and text, in order: <c>keys</c>, <c>rows</c>, <c>window</c>.</param>
public sealed record OperatorMeaning(string Kind, ValueList<TableOption> Facts);
