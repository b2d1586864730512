using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of MIN.</summary>
internal sealed class Min : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "MIN";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["MIN(value)"];

    /// <inheritdoc/>
    public override string Doc => "Returns the least non-NULL value.";

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 ? ExtremeBinding.Of(arguments[0]) : null;

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) => ExtremeBinding.Create(call, greatest: false);
}
