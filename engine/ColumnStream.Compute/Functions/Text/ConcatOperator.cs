using System;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Joins two texts, or two byte strings.</summary>
internal static class ConcatOperator
{
    public static ScalarFunction Definition { get; } = new Function(
        "||", ["a || b"], "Joins two texts; NULL if either is NULL.", "'a' || 'b' = 'ab'", Bind, Concat.Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length == 2 && TypeCoercion.IsBinary(arguments[0]) && TypeCoercion.IsBinary(arguments[1]))
        {
            return Function.Bind(arguments, [Parameter.TextOrBinary, Parameter.TextOrBinary], SqlType.Bytes, false);
        }

        return arguments.Length == 2 ? Concat.Bind(arguments) : null;
    }
}
