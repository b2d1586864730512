using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the distinct elements of both arrays.</summary>
internal static class ArrayUnion
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_UNION",
        ["ARRAY_UNION(array1, array2)"],
        "Returns the distinct elements of both arrays.",
        "ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3]) = ARRAY[1, 2, 3]",
        CollectionTypes.BindTwo,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            static r => new RowStep<UnionOf, Utf8, Utf8, Utf8>(r[0], r[1]),
            new ArrayMaker(CollectionTypes.LayoutOf(call))));
}
