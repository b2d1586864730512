using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions.Temporal;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Rounds a number up to an integer, or a point in time up to a unit.</summary>
internal static class Ceil
{
    public static ScalarFunction Definition { get; } = new Function(
        "CEIL",
        ["CEIL(a)", "CEIL(time TO unit)"],
        "Rounds a number up to an integer, or a point in time up to a unit.",
        "CEIL(2.1) = 3",
        Bind,
        Compile).With("CEILING");

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length == 2 && arguments[1].IsText && TypeCoercion.IsTemporal(arguments[0]))
        {
            return new FunctionBinding([arguments[0].Materialized(), arguments[1]], arguments[0].Materialized());
        }

        if (arguments.Length != 1 || !arguments[0].IsNumeric)
        {
            return null;
        }

        SqlType type = arguments[0];
        return new FunctionBinding(
            [type],
            type.Id == SqlTypeId.Decimal
                ? SqlType.Decimal(Math.Min(SqlType.MaxDecimalPrecision, type.Precision - type.Scale + 1),
                    0).WithNullable(type.Nullable)
                : type);
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => call.Arguments.Count == 2
        ? TimeUnits.CompileRound(compiler, call, branch, up: true)
        : RoundKernel.Compile(compiler, call, branch, Rounding.Ceiling);
}
