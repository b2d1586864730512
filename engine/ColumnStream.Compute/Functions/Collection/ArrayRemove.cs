namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Removes all elements that equal a value; NULL equals NULL.</summary>
internal static class ArrayRemove
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_REMOVE",
        ["ARRAY_REMOVE(array, element)"],
        "Removes all elements that equal a value; NULL equals NULL.",
        "ARRAY_REMOVE(ARRAY[1, 2, 1], 1) = ARRAY[2]",
        static arguments => CollectionTypes.BindElement(
            arguments,
            static (array, _) => array),
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ElementStep(ElementDeed.Remove, r[0], r[1], CollectionTypes.LayoutOf(call))));
}
