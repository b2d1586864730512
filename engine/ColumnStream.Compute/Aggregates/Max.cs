using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of MAX.</summary>
internal sealed class Max : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "MAX";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["MAX(value)"];

    /// <inheritdoc/>
    public override string Doc => "Returns the greatest non-NULL value.";

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 ? ExtremeBinding.Of(arguments[0]) : null;

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) => ExtremeBinding.Create(call, greatest: true);
}
