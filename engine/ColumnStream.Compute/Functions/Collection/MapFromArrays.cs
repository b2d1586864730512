using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Makes a map of an array of keys and one of values, which must have the same length.</summary>
internal static class MapFromArrays
{
    public static ScalarFunction Definition { get; } = new Function(
        "MAP_FROM_ARRAYS",
        ["MAP_FROM_ARRAYS(keys, values)"],
        "Makes a map of an array of keys and one of values, which must have the same length.",
        "MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[1]) = MAP['a', 1]",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && CollectionTypes.IsArray(arguments[0]) && CollectionTypes.IsArray(arguments[1])
            ? new FunctionBinding(
                [arguments[0], arguments[1]],
                SqlType.Map(arguments[0].Element!, arguments[1].Element!)
                    .WithNullable(arguments[0].Nullable || arguments[1].Nullable))
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => CollectionTypes.Compile(
        compiler,
        call,
        branch,
        static r => new RowStep<MapOfArrays, Utf8, Utf8, Utf8>(r[0], r[1])
        {
            FailMessage = "Arrays of keys and values have different lengths.",
        },
        new MapMaker(CollectionTypes.LayoutOf(call), CollectionTypes.LayoutOf(call, 1)));
}
