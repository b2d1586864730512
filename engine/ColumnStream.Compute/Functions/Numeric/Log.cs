using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the natural logarithm, or the one to a base that stands first.</summary>
internal readonly struct Log : IRowOp<double, double, double>
{
    private static readonly Parameter[] One = [Parameter.Double];
    private static readonly Parameter[] Two = [Parameter.Double, Parameter.Double];

    public static ScalarFunction Definition { get; } = new Function(
        "LOG",
        ["LOG(a)", "LOG(base, a)"],
        "Returns the natural logarithm, or the one to a base that stands first.",
        "LOG(10, 100) = 2",
        static arguments => Function.Bind(arguments, arguments.Length == 1 ? One : Two, SqlType.Double, canBeNull: false),
        Compile);

    public static bool Apply(Frame frame, double a, double b, out double result)
    {
        result = Math.Log(b) / Math.Log(a);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] a = Function.Arguments(compiler, call, branch, call.Arguments.Count == 1 ? One : Two);
        RowStep step = a.Length == 1
            ? new RowStep<Ln, double, double>(a[0]) : new RowStep<Log, double, double, double>(a[0], a[1]);
        return compiler.Emit(step, Layout.Float64, branch, call.Location);
    }
}
