using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Finds values in long lists of constants by hashing; a chain of equalities is as good for short ones.</summary>
internal static class InSets
{
    /// <summary>Least constants of a list that is hashed.</summary>
    public const int Least = 12;

    /// <summary>Compiles membership in the constants of a call, NULLs left out; null where a chain serves.</summary>
    public static int? TryCompile(ProgramCompiler compiler, CallExpression call, int branch, out bool hasNull)
    {
        hasNull = false;
        Layout layout = Layouts.Of(call.Arguments[0].Type);
        if (call.Arguments.Count - 1 < Least || (layout != Layout.View && layout is not (>= Layout.Int8 and <= Layout.Int64)))
        {
            return null;
        }

        List<string> values = [];
        foreach (BoundExpression argument in call.Arguments.Span[1..])
        {
            if (argument is not LiteralExpression literal || (layout == Layout.View && !literal.Type.IsText))
            {
                return null;
            }

            hasNull |= literal.Value is null;
            if (literal.Value is { } value)
            {
                values.Add(value);
            }
        }

        int input = compiler.Compile(call.Arguments[0], branch);
        if (layout == Layout.View)
        {
            List<byte[]> texts = values.ConvertAll(Encoding.UTF8.GetBytes);
            if (texts.TrueForAll(static t => t.Length <= StringView.InlineLength))
            {
                return compiler.Emit(new ShortTextSetStep(input, texts), Layout.Bit, 0, call.Location);
            }

            return compiler.Emit(
                new RowStep<InTextSet, Utf8, bool>(input) { State = new TextSet(values) }, Layout.Bit, branch, call.Location);
        }

        var plan = new CastPlan(compiler, call.Arguments[0].Type, call.Arguments[0].Type, null, branch, call.Location);
        int wide = CastCompiler.Number(plan, input, layout, Layout.Int64);
        return compiler.Emit(
            new RowStep<InInt64Set, long, bool>(wide) { State = new Int64Set(values) }, Layout.Bit, branch, call.Location);
    }
}

/// <summary>Holds integers in an open table, at most half full.</summary>
internal sealed class Int64Set
{
    private readonly long[] _slots;
    private readonly bool[] _used;
    private readonly int _shift;

    public Int64Set(List<string> values)
    {
        int bits = Math.Max(4, BitOperations.Log2((uint)values.Count) + 2);
        _slots = new long[1 << bits];
        _used = new bool[1 << bits];
        _shift = 64 - bits;
        foreach (string text in values)
        {
            long value = long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
            int slot = Slot(value);
            while (_used[slot] && _slots[slot] != value)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = value;
            _used[slot] = true;
        }
    }

    public bool Contains(long value)
    {
        long[] slots = _slots;
        for (int slot = Slot(value); _used[slot]; slot = (slot + 1) & (slots.Length - 1))
        {
            if (slots[slot] == value)
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(long value) => (int)((ulong)value * 0x9E37_79B9_7F4A_7C15 >> _shift);
}

/// <summary>Holds texts in an open table, at most half full, each with its hash.</summary>
internal sealed class TextSet
{
    private readonly byte[]?[] _slots;
    private readonly uint[] _hashes;

    public TextSet(List<string> values)
    {
        int size = 1 << Math.Max(4, BitOperations.Log2((uint)values.Count) + 2);
        _slots = new byte[]?[size];
        _hashes = new uint[size];
        foreach (string text in values)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            uint hash = Hash(bytes);
            int slot = (int)(hash & (uint)(size - 1));
            while (_slots[slot] is not null)
            {
                slot = (slot + 1) & (size - 1);
            }

            _slots[slot] = bytes;
            _hashes[slot] = hash;
        }
    }

    public bool Contains(ReadOnlySpan<byte> text)
    {
        uint hash = Hash(text);
        byte[]?[] slots = _slots;
        for (int slot = (int)(hash & (uint)(slots.Length - 1)); slots[slot] is { } known; slot = (slot + 1) & (slots.Length - 1))
        {
            if (_hashes[slot] == hash && text.SequenceEqual(known))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Mixes the length and the ends: eight bytes of either, which may overlap.</summary>
    private static uint Hash(ReadOnlySpan<byte> text)
    {
        ulong mix = (ulong)text.Length * 0x9E37_79B9_7F4A_7C15;
        if (text.Length >= 8)
        {
            mix ^= Unsafe.ReadUnaligned<ulong>(in text[0]) * 0xC2B2_AE3D_27D4_EB4F;
            mix = BitOperations.RotateLeft(mix, 31) ^ (Unsafe.ReadUnaligned<ulong>(in text[^8]) * 0x1656_67B1_9E37_79F9);
        }
        else
        {
            foreach (byte b in text)
            {
                mix = (mix ^ b) * 0x1000_0000_01B3;
            }
        }

        return (uint)((mix * 0x9E37_79B9_7F4A_7C15) >> 32);
    }
}

internal readonly struct InInt64Set : IRowOp<long, bool>
{
    public static bool Apply(Frame frame, long a, out bool result)
    {
        result = Unsafe.As<Int64Set>(frame.State!).Contains(a);
        return true;
    }
}

internal readonly struct InTextSet : IRowOp<Utf8, bool>
{
    public static bool Apply(Frame frame, Utf8 a, out bool result)
    {
        result = Unsafe.As<TextSet>(frame.State!).Contains(a.Span);
        return true;
    }
}
