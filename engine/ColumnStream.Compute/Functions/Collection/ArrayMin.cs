namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the least element; NULLs are ignored.</summary>
internal static class ArrayMin
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_MIN",
        ["ARRAY_MIN(array)"],
        "Returns the least element; NULLs are ignored.",
        "ARRAY_MIN(ARRAY[2, 1, 3]) = 1",
        static arguments => arguments.Length == 1 && CollectionTypes.HasOrder(arguments[0])
            ? new FunctionBinding([arguments[0]], arguments[0].Element!.WithNullable(true)) : null,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ChooseElementStep(ElementChoice.Least, r[0], CollectionTypes.LayoutOf(call))));
}
