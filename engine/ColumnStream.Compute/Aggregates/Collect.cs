using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of COLLECT.</summary>
internal sealed class Collect : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "COLLECT";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["COLLECT([DISTINCT] value)"];

    /// <inheritdoc/>
    public override string Doc => "Returns the non-NULL values as a multiset.";

    /// <inheritdoc/>
    public override bool HasEmptyResult => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) => arguments.Length != 1
        ? null
        : new FunctionBinding(
            ValueList.Create(arguments), SqlType.Multiset(arguments[0].Materialized().WithNullable(true)).WithNullable(false));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) =>
        new CollectAccumulator(call.ArgumentTypes[0].ToArrow(), call.Type.ToArrow());
}
