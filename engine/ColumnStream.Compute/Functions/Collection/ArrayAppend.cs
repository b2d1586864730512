using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Adds a value behind the last element.</summary>
internal static class ArrayAppend
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_APPEND",
        ["ARRAY_APPEND(array, element)"],
        "Adds a value behind the last element.",
        "ARRAY_APPEND(ARRAY[1, 2], 3) = ARRAY[1, 2, 3]",
        static arguments => CollectionTypes.BindElement(
            arguments,
            static (array, element) => SqlType.Array(CollectionTypes.Joined(array.Element!, element))
                .WithNullable(array.Nullable)),
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ElementStep(ElementDeed.Append, r[0], r[1], CollectionTypes.LayoutOf(call))));
}
