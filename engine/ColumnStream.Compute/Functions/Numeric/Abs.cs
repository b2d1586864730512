using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions.Arithmetic;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the magnitude.</summary>
internal readonly struct Abs : IRowOp<Int128, Int128>
{
    public static ScalarFunction Definition { get; } = new Function("ABS", ["ABS(a)"], "Returns the magnitude.",
        "ABS(-3) = 3", Bind, Compile)
        .Cheap(static call => Layouts.Of(call.Type) != Layout.Int128);

    public static bool Apply(Frame frame, Int128 a, out Int128 result)
    {
        result = Int128.Abs(a);
        return true;
    }

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 1 || !(arguments[0].IsNumeric))
        {
            return null;
        }

        return new FunctionBinding([arguments[0]], arguments[0]);
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int a = compiler.Compile(call.Arguments[0], branch);
        Layout layout = Layouts.Of(call.Type);
        Step step = layout switch
        {
            Layout.Int8 => new UnaryStep<AbsOp<sbyte>, sbyte>(a),
            Layout.Int16 => new UnaryStep<AbsOp<short>, short>(a),
            Layout.Int32 => new UnaryStep<AbsOp<int>, int>(a),
            Layout.Int64 => new UnaryStep<AbsOp<long>, long>(a),
            Layout.Float32 => new UnaryStep<AbsOp<float>, float>(a),
            Layout.Float64 => new UnaryStep<AbsOp<double>, double>(a),
            _ => new RowStep<Abs, Int128, Int128>(a),
        };
        return compiler.Emit(step, layout, branch, call.Location);
    }
}
