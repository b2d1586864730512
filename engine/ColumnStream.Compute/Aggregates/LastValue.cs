using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of LAST_VALUE.</summary>
internal sealed class LastValue : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "LAST_VALUE";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["LAST_VALUE(value) [IGNORE NULLS | RESPECT NULLS]"];

    /// <inheritdoc/>
    public override string Doc => "Returns the last value that came; NULLs are left out unless respected.";

    /// <inheritdoc/>
    public override bool HasNullTreatment => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) => arguments.Length != 1
        ? null
        : new FunctionBinding(ValueList.Create(arguments), arguments[0].Materialized().WithNullable(true));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) =>
        new PickLogAccumulator(call.ArgumentTypes[0].ToArrow(), call.Nulls == NullRule.Respect, last: true);

    /// <inheritdoc/>
    public override Accumulator CreateInsertOnly(AggregateCall call) =>
        new PickAccumulator(call.ArgumentTypes[0].ToArrow(), call.Nulls == NullRule.Respect, last: true);
}
