using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Construction;

/// <summary>Makes a map of keys and values of common types; of equal keys the last counts.</summary>
internal static class MapOf
{
    public static ScalarFunction Definition { get; } = new Function(
        "MAP",
        ["MAP[key, value, …]"],
        "Makes a map of keys and values.",
        "MAP['a', 1, 'b', 2]['b'] = 2",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.IsEmpty || arguments.Length % 2 != 0)
        {
            return null;
        }

        var sides = new SqlType[2][];
        for (int side = 0; side < 2; side++)
        {
            sides[side] = new SqlType[arguments.Length / 2];
            for (int i = 0; i < sides[side].Length; i++)
            {
                sides[side][i] = arguments[(i * 2) + side];
            }
        }

        if (TypeCoercion.CommonType(sides[0]) is not { } key || TypeCoercion.CommonType(sides[1]) is not { } value)
        {
            return null;
        }

        key = key.Materialized();
        value = value.Materialized();
        var types = new SqlType[arguments.Length];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = i % 2 == 0 ? key : value;
        }

        return new FunctionBinding(ValueList.Create<SqlType>(types), SqlType.Map(key, value).WithNullable(false));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var entries = new int[call.Arguments.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = compiler.Compile(call.Arguments[i], branch);
        }

        var step = new MapOfStep(entries, Layouts.Of(call.Type.Key!), Layouts.Of(call.Type.Value!));
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}
