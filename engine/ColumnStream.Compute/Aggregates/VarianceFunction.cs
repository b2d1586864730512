using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States what variances and standard deviations have in common: the type of the argument, as AVG has it.</summary>
internal abstract class VarianceFunction : AggregateFunction
{
    /// <inheritdoc/>
    public override ValueList<string> Signatures => [$"{Name}([DISTINCT] number)"];

    /// <summary>Gets whether the divisor is one less than the number of values.</summary>
    protected abstract bool IsSample { get; }

    /// <summary>Gets whether the result is the square root.</summary>
    protected abstract bool IsRoot { get; }

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length != 1 || !arguments[0].IsNumeric
            ? null
            : new FunctionBinding(ValueList.Create(arguments), ResultOf(arguments[0]).WithNullable(true));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call)
    {
        SqlType argument = call.ArgumentTypes[0];
        DataType result = call.Type.ToArrow();
        return argument.IsApproximate
            ? new Float64VarianceAccumulator(result, IsSample, IsRoot)
            : new ExactVarianceAccumulator(result, argument.ToArrow(), IsSample, IsRoot);
    }

    private static SqlType ResultOf(SqlType type) => type.Id == SqlTypeId.Decimal
        ? SqlType.Decimal(SqlType.MaxDecimalPrecision, Math.Max(type.Scale, 6))
        : type;
}
