using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of COUNT.</summary>
internal sealed class Count : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "COUNT";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["COUNT(*)", "COUNT(value)", "COUNT(DISTINCT value [, value ...])"];

    /// <inheritdoc/>
    public override string Doc => "Counts rows, or rows whose values are not NULL.";

    /// <inheritdoc/>
    public override bool HasEmptyResult => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        new(ValueList.Create(arguments), SqlType.BigInt.WithNullable(false));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) => new CountAccumulator();
}
