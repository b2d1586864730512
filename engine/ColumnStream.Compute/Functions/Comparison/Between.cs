using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tests whether a value lies between two bounds, both included.</summary>
internal static class Between
{
    public static ScalarFunction Definition { get; } = new Function(
        "BETWEEN",
        ["a BETWEEN low AND high"],
        "Tells whether a value is at least the low and at most the high bound.",
        "2 BETWEEN 1 AND 3",
        Bind,
        Compile).Cheap(CompareOperators.IsCheap);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 3 || CompareOperators.Bind([arguments[0], arguments[1]]) is not { } low
            || CompareOperators.Bind([low.ParameterTypes[0], arguments[2]]) is not { } high
            || CompareOperators.Bind([high.ParameterTypes[0], low.ParameterTypes[1]]) is not { } all)
        {
            return null;
        }

        return new FunctionBinding(
            [all.ParameterTypes[0], all.ParameterTypes[1], high.ParameterTypes[1]],
            SqlType.Boolean.WithNullable(low.ReturnType.Nullable || high.ReturnType.Nullable));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int value = compiler.Compile(call.Arguments[0], branch);
        SqlType type = call.Arguments[0].Type;
        Layout layout = Layouts.Of(type);
        if (layout is Layout.Int32 or Layout.Int64 && Bounds(call, out long low, out long high))
        {
            Step range = layout == Layout.Int64
                ? new RangeStep<long, ulong>(value, low, high) : new RangeStep<int, uint>(value, (int)low, (int)high);
            return compiler.Emit(range, Layout.Bit, 0, call.Location);
        }

        int least = compiler.Compile(call.Arguments[1], branch);
        int most = compiler.Compile(call.Arguments[2], branch);
        int above = CompareOperators.LessOrEqual(compiler, least, value, type, call.Location);
        int below = CompareOperators.LessOrEqual(compiler, value, most, type, call.Location);
        return compiler.Emit(new KleeneStep(above, below, isAnd: true), Layout.Bit, 0, call.Location);
    }

    private static bool Bounds(CallExpression call, out long low, out long high)
    {
        high = 0;
        low = 0;
        return call.Arguments[1] is LiteralExpression { Value: { } least } && long.TryParse(least, out low)
            && call.Arguments[2] is LiteralExpression { Value: { } most } && long.TryParse(most, out high)
            && low <= high;
    }
}
