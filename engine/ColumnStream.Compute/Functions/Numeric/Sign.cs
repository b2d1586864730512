using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns -1, 0 or 1 in the type of the argument.</summary>
internal static class Sign
{
    public static ScalarFunction Definition { get; } = new Function(
        "SIGN", ["SIGN(a)"], "Returns -1, 0 or 1 by the sign of a number.", "SIGN(-5) = -1", Bind, Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && arguments[0].IsNumeric ? new FunctionBinding([arguments[0]], arguments[0]) : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        SqlType type = call.Type.WithNullable(false);
        BoundExpression Constant(int value) => type.Id == SqlTypeId.Decimal
            ? Literals.Decimal(value * Values.Powers.Ten(type.Scale), type.Precision, type.Scale)
            : Literals.Integer(value, type);
        BoundExpression input = call.Arguments[0];
        var below = new CallExpression("<", [input, Constant(0)], SqlType.Boolean);
        var above = new CallExpression(">", [input, Constant(0)], SqlType.Boolean);
        return compiler.Compile(
            new CaseExpression(
                [new CaseBranch(below, Constant(-1)), new CaseBranch(above, Constant(1))],
                new CallExpression("-", [input, input], call.Type),
                call.Type),
            branch);
    }
}
