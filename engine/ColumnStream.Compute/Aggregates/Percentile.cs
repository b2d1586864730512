using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of PERCENTILE.</summary>
internal sealed class Percentile : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "PERCENTILE";

    /// <inheritdoc/>
    public override ValueList<string> Signatures =>
        ["PERCENTILE(number, percentage [, frequency])", "PERCENTILE(number, ARRAY[percentage, ...] [, frequency])"];

    /// <inheritdoc/>
    public override string Doc => "Returns the exact percentile, interpolated; an array of percentages gives an array.";

    /// <inheritdoc/>
    public override bool IsConstant(int index) => index == 1;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length is not (2 or 3) || !IsNumber(arguments[0])
            || (arguments.Length == 3 && !arguments[2].IsInteger && arguments[2].Id != SqlTypeId.Null))
        {
            return null;
        }

        SqlType percentage = arguments[1];
        bool isArray = percentage.Id == SqlTypeId.Array;
        if (!IsNumber(isArray ? percentage.Element! : percentage))
        {
            return null;
        }

        SqlType result = (isArray ? SqlType.Array(SqlType.Double) : SqlType.Double).WithNullable(true);
        return arguments.Length == 2
            ? new FunctionBinding([SqlType.Double, percentage], result)
            : new FunctionBinding([SqlType.Double, percentage, SqlType.BigInt], result);
    }

    /// <inheritdoc/>
    public override (string Value, string Hint)? FindWrong(ReadOnlySpan<LiteralExpression> constants)
    {
        foreach (LiteralExpression constant in constants)
        {
            if (constant.Value is null || LiteralNumber.Read(constant) is not (>= 0 and <= 1))
            {
                return (constant.ToString(), "A percentage lies between 0 and 1.");
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) => new PercentileAccumulator(call);

    private static bool IsNumber(SqlType type) => type.IsNumeric || type.Id == SqlTypeId.Null;
}
