using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns what Java's String.hashCode gives: 31 times the code so far plus each UTF-16 unit, in 32 bits.</summary>
internal readonly struct HashCode : IRowOp<Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<HashCode, Utf8, int>(
        "HASH_CODE(s)",
        "Returns the hash code that Java gives the text.",
        "HASH_CODE('abc') = 96354",
        Parameter.Text,
        SqlType.Integer);

    public static bool Apply(Frame frame, Utf8 a, out int result)
    {
        result = 0;
        Span<char> units = stackalloc char[2];
        for (ReadOnlySpan<byte> rest = a.Span; !rest.IsEmpty;)
        {
            Rune.DecodeFromUtf8(rest, out Rune rune, out int used);
            foreach (char unit in units[..rune.EncodeToUtf16(units)])
            {
                result = unchecked((result * 31) + unit);
            }

            rest = rest[used..];
        }

        return true;
    }
}
