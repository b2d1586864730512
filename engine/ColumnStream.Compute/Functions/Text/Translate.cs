using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Replaces characters by those at the same place of another text; those without a counterpart go.</summary>
internal static class Translate
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text, Parameter.Text];

    public static ScalarFunction Definition { get; } = new Function(
        "TRANSLATE",
        ["TRANSLATE(s, from, to)"],
        "Replaces characters by those at the same place of another text; those without a counterpart go.",
        "TRANSLATE('www.apache.org', 'abc', '123') = 'www.1p13he.org'",
        Bind,
        Compile).With("TRANSLATE3");

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        Function.Bind(arguments, Parameters, SqlType.String, canBeNull: false) is { } binding
            ? binding with { ReturnType = SqlType.String.WithNullable(binding.ParameterTypes[0].Nullable) } : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] a = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(new TranslateStep(a[0], a[1], a[2]), Layout.View, branch, call.Location);
    }
}

/// <summary>Translates row by row; a NULL table changes nothing, NULL counterparts are none.</summary>
internal sealed unsafe class TranslateStep(int text, int from, int to) : RowStep
{
    private readonly TranslationTable _table = new();

    protected override byte* Validity(Frame frame) => frame[text].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            Utf8 value = frame.Text(frame[text], row);
            if (IsNull(frame, from, row))
            {
                Frame.Store(frame[Result], row, value);
                continue;
            }

            ReadOnlySpan<byte> counterparts = IsNull(frame, to, row) ? default : frame.Text(frame[to], row).Span;
            _table.Prepare(frame.Text(frame[from], row).Span, counterparts);
            Frame.Store(frame[Result], row, _table.Run(frame, value));
        }
    }

    private static bool IsNull(Frame frame, int register, int row) =>
        frame[register].Valid is not null && !Arrow.Memory.Bitmap.Get(frame[register].Valid, row);
}

/// <summary>Maps characters; remembers the last pair of texts, which mostly is the only one.</summary>
internal sealed unsafe class TranslationTable
{
    private byte[] _from = [];
    private byte[] _to = [];
    private int[] _keys = [];
    private int[] _values = [];
    private int _count;

    /// <summary>Reads the characters and their counterparts; of equal characters the first counts.</summary>
    public void Prepare(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        if (from.SequenceEqual(_from) && to.SequenceEqual(_to))
        {
            return;
        }

        _from = from.ToArray();
        _to = to.ToArray();
        _keys = new int[from.Length];
        _values = new int[from.Length];
        _count = 0;
        while (!from.IsEmpty)
        {
            Rune.DecodeFromUtf8(from, out Rune key, out int used);
            from = from[used..];
            int counterpart = -1;
            if (!to.IsEmpty)
            {
                Rune.DecodeFromUtf8(to, out Rune value, out used);
                to = to[used..];
                counterpart = value.Value;
            }

            if (_keys.AsSpan(0, _count).IndexOf(key.Value) < 0)
            {
                _keys[_count] = key.Value;
                _values[_count++] = counterpart;
            }
        }
    }

    public Utf8 Run(Frame frame, Utf8 text)
    {
        // A counterpart has at most four bytes for one.
        byte* room = frame.Reserve((text.Length * 4L) + 16);
        var target = new Span<byte>(room, text.Length * 4);
        ReadOnlySpan<int> keys = _keys.AsSpan(0, _count);
        ReadOnlySpan<byte> rest = text.Span;
        int written = 0;
        while (!rest.IsEmpty)
        {
            int length = CodePoints.LengthAt(rest, 0);
            int key = rest[0];
            if (key >= 0x80)
            {
                Rune.DecodeFromUtf8(rest, out Rune rune, out length);
                key = rune.Value;
            }

            int at = keys.IndexOf(key);
            if (at < 0)
            {
                rest[..length].CopyTo(target[written..]);
                written += length;
            }
            else if (_values[at] >= 0)
            {
                written += new Rune(_values[at]).EncodeToUtf8(target[written..]);
            }

            rest = rest[length..];
        }

        return frame.Commit(written);
    }
}
