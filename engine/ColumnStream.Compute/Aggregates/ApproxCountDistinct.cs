using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of APPROX_COUNT_DISTINCT.</summary>
internal sealed class ApproxCountDistinct : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "APPROX_COUNT_DISTINCT";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["APPROX_COUNT_DISTINCT(value)"];

    /// <inheritdoc/>
    public override string Doc => "Estimates the number of distinct non-NULL values in 16 KiB a group; standard error 0.8 %.";

    /// <inheritdoc/>
    public override bool CanRetract => false;

    /// <inheritdoc/>
    public override bool HasEmptyResult => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) => arguments.Length != 1
        ? null
        : new FunctionBinding(ValueList.Create(arguments), SqlType.BigInt.WithNullable(false));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) => new SketchAccumulator(call.ArgumentTypes[0].ToArrow());
}
