using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Makes the functions that test what text is made of: never NULL, and one answer for each type of number.</summary>
internal static class CharacterTest
{
    public static Function Define<TOp>(string name, string doc, string example, bool ofInteger, bool ofNumber)
        where TOp : struct, IRowOp<Utf8, bool> => new(
        name,
        [$"{name}(s)"],
        doc,
        example,
        static arguments => arguments.Length != 1 ? null
            : (Parameter.Text.Accept(arguments[0]) ?? (arguments[0].IsNumeric ? arguments[0] : null)) is not { } type ? null
            : new FunctionBinding([type], SqlType.Boolean.WithNullable(false)),
        (compiler, call, branch) => Compile<TOp>(compiler, call, branch, ofInteger, ofNumber));

    /// <summary>Tells whether there are characters and all of them pass.</summary>
    public static bool All(ReadOnlySpan<byte> text, Func<Rune, bool> test)
    {
        if (text.IsEmpty)
        {
            return false;
        }

        foreach (Rune rune in new Utf8Runes(text))
        {
            if (!test(rune))
            {
                return false;
            }
        }

        return true;
    }

    private static int Compile<TOp>(
        ProgramCompiler compiler, CallExpression call, int branch, bool ofInteger, bool ofNumber)
        where TOp : struct, IRowOp<Utf8, bool>
    {
        SqlType type = call.Arguments[0].Type;
        int input = compiler.Compile(call.Arguments[0], branch);
        if (type.IsNumeric)
        {
            // A number is what its type says, wherever there is one.
            bool yes = type.IsInteger ? ofInteger : ofNumber;
            return yes ? compiler.Branch(input, BitTest.Valid, negate: false, 0) : compiler.Constant(Literals.Bool(false));
        }

        int passes = compiler.Emit(new RowStep<TOp, Utf8, bool>(input), Layout.Bit, branch, call.Location);
        return compiler.Branch(passes, BitTest.True, negate: false, 0);
    }
}

/// <summary>Walks the characters of UTF-8.</summary>
internal ref struct Utf8Runes(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public Rune Current { get; private set; }

    public readonly Utf8Runes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Rune.DecodeFromUtf8(_rest, out Rune rune, out int used);
        Current = rune;
        _rest = _rest[used..];
        return true;
    }
}
