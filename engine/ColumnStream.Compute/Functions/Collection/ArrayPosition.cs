using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Returns the position from 1 of the first element that equals a value, or 0.</summary>
internal static class ArrayPosition
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_POSITION",
        ["ARRAY_POSITION(array, element)"],
        "Returns the position from 1 of the first element that equals a value, or 0.",
        "ARRAY_POSITION(ARRAY['a', 'b'], 'b') = 2",
        static arguments => CollectionTypes.BindElement(
            arguments,
            static (array, element) => SqlType.Integer.WithNullable(array.Nullable || element.Nullable)),
        static (compiler, call, branch) => CollectionTypes.Compile(
            compiler,
            call,
            branch,
            r => new ElementStep(ElementDeed.Position, r[0], r[1], CollectionTypes.LayoutOf(call))));
}
