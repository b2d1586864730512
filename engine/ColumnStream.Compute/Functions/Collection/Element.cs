namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the only element; NULL for an empty array, an error when there are more.</summary>
internal static class Element
{
    public static ScalarFunction Definition { get; } = new Function(
        "ELEMENT",
        ["ELEMENT(array)"],
        "Returns the only element; NULL for an empty array, an error when there are more.",
        "ELEMENT(ARRAY[7]) = 7",
        static arguments => arguments.Length == 1 && CollectionTypes.IsArray(arguments[0])
            ? new FunctionBinding([arguments[0]], arguments[0].Element!.WithNullable(true)) : null,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ChooseElementStep(ElementChoice.Only, r[0], CollectionTypes.LayoutOf(call))));
}
