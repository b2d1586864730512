using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Construction;

/// <summary>Makes an array of values of one common type.</summary>
internal static class ArrayOf
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY",
        ["ARRAY[a, b, …]"],
        "Makes an array of the values.",
        "ARRAY[1, 2][2] = 2",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.IsEmpty || TypeCoercion.CommonType(arguments) is not { } common)
        {
            return null;
        }

        SqlType element = common.Materialized();
        return new FunctionBinding(
            Repeated.Types(element, arguments.Length), SqlType.Array(element).WithNullable(false));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var elements = new int[call.Arguments.Count];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = compiler.Compile(call.Arguments[i], branch);
        }

        var step = new ArrayOfStep(elements, Layouts.Of(call.Type.Element!));
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}

/// <summary>Makes lists of equal types.</summary>
internal static class Repeated
{
    public static ValueList<SqlType> Types(SqlType type, int count)
    {
        var types = new SqlType[count];
        System.Array.Fill(types, type);
        return ValueList.Create<SqlType>(types);
    }
}
