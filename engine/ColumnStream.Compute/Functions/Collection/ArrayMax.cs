namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the greatest element; NULLs are ignored.</summary>
internal static class ArrayMax
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_MAX",
        ["ARRAY_MAX(array)"],
        "Returns the greatest element; NULLs are ignored.",
        "ARRAY_MAX(ARRAY[1, 3, 2]) = 3",
        static arguments => arguments.Length == 1 && CollectionTypes.HasOrder(arguments[0])
            ? new FunctionBinding([arguments[0]], arguments[0].Element!.WithNullable(true)) : null,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ChooseElementStep(ElementChoice.Greatest, r[0], CollectionTypes.LayoutOf(call))));
}
