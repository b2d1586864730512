using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of AVG.</summary>
internal sealed class Avg : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "AVG";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["AVG([DISTINCT] number)"];

    /// <inheritdoc/>
    public override string Doc => "Returns the mean of non-NULL numbers; integers truncate.";

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length != 1 || !arguments[0].IsNumeric
            ? null
            : new FunctionBinding(ValueList.Create(arguments), ResultOf(arguments[0]).WithNullable(true));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) => SumAccumulators.Create(call, isAverage: true);

    private static SqlType ResultOf(SqlType type) => type.Id == SqlTypeId.Decimal
        ? SqlType.Decimal(SqlType.MaxDecimalPrecision, Math.Max(type.Scale, 6))
        : type;
}
