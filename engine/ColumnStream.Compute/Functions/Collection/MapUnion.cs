using System;
using ColumnStream.Compute.Functions.Construction;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Joins maps; of equal keys the later map's value counts.</summary>
internal static class MapUnion
{
    public static ScalarFunction Definition { get; } = new Function(
        "MAP_UNION",
        ["MAP_UNION(map1, …)"],
        "Joins maps; of equal keys the later map's value counts. NULL if any map is NULL.",
        "MAP_UNION(MAP['a', 1], MAP['a', 2])['a'] = 2",
        Bind,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new UnionMapsStep(r, MapTypes.Layouts(call).Keys, MapTypes.Layouts(call).Values)));

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        !arguments.IsEmpty && TypeCoercion.CommonType(arguments) is { Id: SqlTypeId.Map } common
            ? new FunctionBinding(Repeated.Types(common, arguments.Length), common) : null;
}
