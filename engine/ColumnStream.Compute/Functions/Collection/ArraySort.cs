using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Sorts an array; NULLs come first when ascending and last when descending unless told otherwise.</summary>
internal static class ArraySort
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_SORT",
        ["ARRAY_SORT(array [, ascending [, nullsFirst]])"],
        "Sorts the elements; NULLs come first when ascending and last when descending unless told otherwise.",
        "ARRAY_SORT(ARRAY[2, 1, 3], FALSE) = ARRAY[3, 2, 1]",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length is < 1 or > 3 || !CollectionTypes.HasOrder(arguments[0]))
        {
            return null;
        }

        SqlType array = arguments[0];
        bool nullable = array.Nullable;
        var types = new SqlType[arguments.Length];
        types[0] = array;
        for (int i = 1; i < types.Length; i++)
        {
            if (Parameter.Boolean.Accept(arguments[i]) is not { } flag)
            {
                return null;
            }

            types[i] = flag;
            nullable |= flag.Nullable;
        }

        return new FunctionBinding(Arrow.Types.ValueList.Create<SqlType>(types), array.WithNullable(nullable));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int array = compiler.Compile(call.Arguments[0], branch);
        int ascending = call.Arguments.Count > 1
            ? compiler.Compile(call.Arguments[1], branch) : compiler.Constant(Literals.Bool(true));
        int nullsFirst = call.Arguments.Count > 2 ? compiler.Compile(call.Arguments[2], branch) : ascending;
        var step = new RowStep<SortOf, Utf8, bool, bool, Utf8>(array, ascending, nullsFirst)
        {
            State = new ArrayMaker(CollectionTypes.LayoutOf(call)),
        };
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}
