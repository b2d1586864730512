using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions.Temporal;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Rounds a number down to an integer, or a point in time down to a unit.</summary>
internal static class Floor
{
    public static ScalarFunction Definition { get; } = new Function(
        "FLOOR",
        ["FLOOR(a)", "FLOOR(time TO unit)"],
        "Rounds a number down to an integer, or a point in time down to a unit.",
        "FLOOR(2.7) = 2",
        Bind,
        Compile).With(RoundTime.Check);

    /// <summary>Resolves FLOOR and CEIL alike: a number, or a point in time and a unit.</summary>
    internal static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
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
                ? SqlType.Decimal(type.Precision, 0).WithNullable(type.Nullable)
                : type);
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => call.Arguments.Count == 2
        ? RoundTime.Compile(compiler, call, branch, up: false)
        : RoundKernel.Compile(compiler, call, branch, Rounding.Floor);
}
