using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the elements in reverse order.</summary>
internal static class ArrayReverse
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_REVERSE",
        ["ARRAY_REVERSE(array)"],
        "Returns the elements in reverse order.",
        "ARRAY_REVERSE(ARRAY[1, 2, 3]) = ARRAY[3, 2, 1]",
        CollectionTypes.BindSame,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            static r => new RowStep<ReverseOf, Utf8, Utf8>(r[0]),
            new ArrayMaker(CollectionTypes.LayoutOf(call))));
}
