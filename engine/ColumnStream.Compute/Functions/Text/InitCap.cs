using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Turns the first letter of each word of ASCII letters and digits to upper case and the others to lower.</summary>
internal readonly struct InitCap : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<InitCap, Utf8, Utf8>(
        "INITCAP(s)",
        "Turns the first letter of each word of ASCII letters and digits to upper case and the others to lower.",
        "INITCAP('hello WORLD') = 'Hello World'",
        Parameter.Text,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        byte* target = frame.Reserve(a.Length + 16);
        bool inWord = false;
        for (int i = 0; i < a.Length; i++)
        {
            byte b = a[i];
            bool isLetter = char.IsAsciiLetter((char)b);
            target[i] = !isLetter ? b : inWord ? (byte)(b | 0x20) : (byte)(b & ~0x20);
            inWord = isLetter || char.IsAsciiDigit((char)b);
        }

        result = frame.Commit(a.Length);
        return true;
    }
}
