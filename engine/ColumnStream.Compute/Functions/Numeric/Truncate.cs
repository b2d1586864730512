using System;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Cuts off fraction digits behind a number of places.</summary>
internal static class Truncate
{
    public static ScalarFunction Definition { get; } = new Function(
        "TRUNCATE",
        ["TRUNCATE(a [, places])"],
        "Cuts off fraction digits behind a number of places.",
        "TRUNCATE(2.57, 1) = 2.5",
        Bind,
        static (compiler, call, branch) => RoundKernel.Compile(compiler, call, branch, Rounding.Truncate));

    // The places are a constant that types do not show: with places a decimal keeps its scale.
    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length is < 1 or > 2 || !arguments[0].IsNumeric
            || (arguments.Length == 2 && !arguments[1].IsInteger))
        {
            return null;
        }

        SqlType type = arguments[0].Materialized();
        SqlType result = type.Id != SqlTypeId.Decimal ? type
            : arguments.Length == 1 ? DecimalRules.Round(type, 0).WithNullable(type.Nullable)
            : SqlType.Decimal(Math.Min(SqlType.MaxDecimalPrecision, type.Precision + 1),
                type.Scale).WithNullable(type.Nullable);
        return new FunctionBinding(
            arguments.Length == 1 ? [type] : [type, SqlType.Integer.WithNullable(arguments[1].Nullable)], result);
    }
}
