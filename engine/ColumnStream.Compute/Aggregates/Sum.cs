using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of SUM.</summary>
internal sealed class Sum : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "SUM";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["SUM([DISTINCT] number)"];

    /// <inheritdoc/>
    public override string Doc => "Adds up non-NULL numbers; NULL when there are none.";

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length != 1 || !arguments[0].IsNumeric
            ? null
            : new FunctionBinding(ValueList.Create(arguments), ResultOf(arguments[0]).WithNullable(true));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) => SumAccumulators.Create(call, isAverage: false);

    private static SqlType ResultOf(SqlType type) =>
        type.Id == SqlTypeId.Decimal ? SqlType.Decimal(SqlType.MaxDecimalPrecision, type.Scale) : type;
}
