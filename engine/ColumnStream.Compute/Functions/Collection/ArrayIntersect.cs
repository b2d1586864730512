using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the distinct elements that both arrays have.</summary>
internal static class ArrayIntersect
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_INTERSECT",
        ["ARRAY_INTERSECT(array1, array2)"],
        "Returns the distinct elements that both arrays have.",
        "ARRAY_INTERSECT(ARRAY[1, 2, 2], ARRAY[2, 3]) = ARRAY[2]",
        CollectionTypes.BindTwo,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            static r => new RowStep<IntersectOf, Utf8, Utf8, Utf8>(r[0], r[1]),
            new ArrayMaker(CollectionTypes.LayoutOf(call))));
}
