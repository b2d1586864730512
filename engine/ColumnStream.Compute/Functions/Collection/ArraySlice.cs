using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Takes elements from one position to another, both included; negative positions count from the end.</summary>
internal static class ArraySlice
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_SLICE",
        ["ARRAY_SLICE(array, start [, end])"],
        "Returns the elements from start to end, both included; negative positions count from the end.",
        "ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, -2) = ARRAY[2, 3]",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length is not (2 or 3) || !CollectionTypes.IsArray(arguments[0])
            || Parameter.Integer.Accept(arguments[1]) is not { } start)
        {
            return null;
        }

        if (arguments.Length == 2)
        {
            return new FunctionBinding(
                [arguments[0], start], arguments[0].WithNullable(arguments[0].Nullable || start.Nullable));
        }

        return Parameter.Integer.Accept(arguments[2]) is { } end
            ? new FunctionBinding(
                [arguments[0], start, end],
                arguments[0].WithNullable(arguments[0].Nullable || start.Nullable || end.Nullable))
            : null;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int array = compiler.Compile(call.Arguments[0], branch);
        int start = compiler.Compile(call.Arguments[1], branch);
        int end = call.Arguments.Count == 3
            ? compiler.Compile(call.Arguments[2], branch) : compiler.Constant(Literals.Int32(-1));
        var step = new RowStep<SliceOf, Utf8, int, int, Utf8>(array, start, end)
        {
            State = new ArrayMaker(CollectionTypes.LayoutOf(call)),
        };
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}
