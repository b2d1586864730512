using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Removes elements that came before; NULL equals NULL.</summary>
internal static class ArrayDistinct
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_DISTINCT",
        ["ARRAY_DISTINCT(array)"],
        "Removes elements that came before; NULL equals NULL.",
        "ARRAY_DISTINCT(ARRAY[1, 2, 1]) = ARRAY[1, 2]",
        CollectionTypes.BindSame,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            static r => new RowStep<DistinctOf, Utf8, Utf8>(r[0]),
            new ArrayMaker(CollectionTypes.LayoutOf(call))));
}
