using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the entries of a map as an array of rows with key and value.</summary>
internal static class MapEntries
{
    public static ScalarFunction Definition { get; } = new Function(
        "MAP_ENTRIES",
        ["MAP_ENTRIES(map)"],
        "Returns the entries as an array of rows with fields key and value.",
        "MAP_ENTRIES(MAP['a', 1])[1].`value` = 1",
        static arguments => arguments.Length == 1 && arguments[0].Id == SqlTypeId.Map
            ? new FunctionBinding(
                [arguments[0]], SqlType.Array(Entry(arguments[0])).WithNullable(arguments[0].Nullable)) : null,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            static r => new RowStep<EntriesOf, Utf8, Utf8>(r[0]),
            new EntryMaker(MapTypes.Layouts(call).Keys, MapTypes.Layouts(call).Values)));

    private static SqlType Entry(SqlType map) =>
        SqlType.Row([new SqlField("key", map.Key!), new SqlField("value", map.Value!)]).WithNullable(false);
}
