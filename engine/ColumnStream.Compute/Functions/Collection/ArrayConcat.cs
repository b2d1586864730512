using System;
using ColumnStream.Compute.Functions.Construction;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Joins arrays one behind the other; NULL if any is NULL.</summary>
internal static class ArrayConcat
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_CONCAT",
        ["ARRAY_CONCAT(array1, …)"],
        "Joins arrays one behind the other; NULL if any is NULL.",
        "ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3]) = ARRAY[1, 2, 3]",
        Bind,
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ConcatArraysStep(r, CollectionTypes.LayoutOf(call))));

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        !arguments.IsEmpty && CollectionTypes.Common(arguments) is { } common
            ? new FunctionBinding(Repeated.Types(common, arguments.Length), common) : null;
}
