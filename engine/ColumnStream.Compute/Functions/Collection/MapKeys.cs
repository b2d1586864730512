using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the keys of a map as an array.</summary>
internal static class MapKeys
{
    public static ScalarFunction Definition { get; } = new Function(
        "MAP_KEYS",
        ["MAP_KEYS(map)"],
        "Returns the keys as an array.",
        "MAP_KEYS(MAP['a', 1]) = ARRAY['a']",
        static arguments => arguments.Length == 1 && arguments[0].Id == SqlTypeId.Map
            ? new FunctionBinding(
                [arguments[0]], SqlType.Array(arguments[0].Key!).WithNullable(arguments[0].Nullable)) : null,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler, call, branch, static r => new RowStep<MapKeysOf, Utf8, Utf8>(r[0]), MapTypes.Layouts(call)));
}
