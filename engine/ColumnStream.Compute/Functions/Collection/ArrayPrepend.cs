using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Adds a value before the first element.</summary>
internal static class ArrayPrepend
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_PREPEND",
        ["ARRAY_PREPEND(array, element)"],
        "Adds a value before the first element.",
        "ARRAY_PREPEND(ARRAY[2, 3], 1) = ARRAY[1, 2, 3]",
        static arguments => CollectionTypes.BindElement(
            arguments,
            static (array, element) => SqlType.Array(CollectionTypes.Joined(array.Element!, element))
                .WithNullable(array.Nullable)),
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ElementStep(ElementDeed.Prepend, r[0], r[1], CollectionTypes.LayoutOf(call))));
}
