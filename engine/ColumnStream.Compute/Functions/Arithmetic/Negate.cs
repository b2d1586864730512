using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Changes the sign.</summary>
internal readonly struct Negate : IRowOp<Int128, Int128>
{
    public static ScalarFunction Definition { get; } = new Function("NEGATE", ["-a"], "Changes the sign.", "-(-1) = 1",
        Bind, Compile)
        .Cheap(static call => Layouts.Of(call.Type) != Layout.Int128);

    public static bool Apply(Frame frame, Int128 a, out Int128 result)
    {
        result = -a;
        return true;
    }

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 1 || !(arguments[0].IsNumeric || TypeCoercion.IsInterval(arguments[0])))
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
            Layout.Int8 => new UnaryStep<NegateOp<sbyte>, sbyte>(a),
            Layout.Int16 => new UnaryStep<NegateOp<short>, short>(a),
            Layout.Int32 => new UnaryStep<NegateOp<int>, int>(a),
            Layout.Int64 => new UnaryStep<NegateOp<long>, long>(a),
            Layout.Float32 => new UnaryStep<NegateOp<float>, float>(a),
            Layout.Float64 => new UnaryStep<NegateOp<double>, double>(a),
            _ => new RowStep<Negate, Int128, Int128>(a),
        };
        return compiler.Emit(step, layout, branch, call.Location);
    }
}
