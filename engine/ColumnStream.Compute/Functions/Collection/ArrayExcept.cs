using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the distinct elements of the first array that the second does not have.</summary>
internal static class ArrayExcept
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_EXCEPT",
        ["ARRAY_EXCEPT(array1, array2)"],
        "Returns the distinct elements of the first array that the second does not have.",
        "ARRAY_EXCEPT(ARRAY[1, 2, 2], ARRAY[1]) = ARRAY[2]",
        CollectionTypes.BindTwo,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            static r => new RowStep<ExceptOf, Utf8, Utf8, Utf8>(r[0], r[1]),
            new ArrayMaker(CollectionTypes.LayoutOf(call))));
}
