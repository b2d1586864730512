using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the values of a map as an array, in the order of its keys.</summary>
internal static class MapValues
{
    public static ScalarFunction Definition { get; } = new Function(
        "MAP_VALUES",
        ["MAP_VALUES(map)"],
        "Returns the values as an array, in the order of the keys.",
        "MAP_VALUES(MAP['a', 1]) = ARRAY[1]",
        static arguments => arguments.Length == 1 && arguments[0].Id == SqlTypeId.Map
            ? new FunctionBinding(
                [arguments[0]], SqlType.Array(arguments[0].Value!).WithNullable(arguments[0].Nullable)) : null,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler, call, branch, static r => new RowStep<MapValuesOf, Utf8, Utf8>(r[0]), MapTypes.Layouts(call)));
}
