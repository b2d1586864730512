using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Replaces NULL by another value.</summary>
internal static class IfNull
{
    public static ScalarFunction Definition { get; } = new Function(
        "IFNULL",
        ["IFNULL(a, replacement)"],
        "Returns the first value, or the second where the first is NULL.",
        "IFNULL(NULL, 2) = 2",
        static arguments => arguments.Length == 2 ? Coalesce.Bind(arguments) : null,
        Coalesce.Compile).Cheap(static call => Layouts.Of(call.Type) < Layout.Int128);
}
