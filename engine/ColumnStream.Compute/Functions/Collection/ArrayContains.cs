using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Tells whether an element equals a value; NULL equals NULL.</summary>
internal static class ArrayContains
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_CONTAINS",
        ["ARRAY_CONTAINS(array, element)"],
        "Tells whether an element equals a value; NULL equals NULL.",
        "ARRAY_CONTAINS(ARRAY[1, 2], 2)",
        static arguments => CollectionTypes.BindElement(
            arguments,
            static (array, _) => SqlType.Boolean.WithNullable(array.Nullable)),
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ElementStep(ElementDeed.Contains, r[0], r[1], CollectionTypes.LayoutOf(call))));
}
