using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Orders state rows by sort keys: a 64-bit word of the first key decides most comparisons.</summary>
/// <remarks>
/// Words sort as unsigned integers, descending keys inverted. NULL is 0 or the largest word, values may be those too: equal
/// words decide only where nothing else can differ (<see cref="IsTie"/>); else the keys are compared in full.
/// </remarks>
internal sealed unsafe class RowOrder
{
    private const ulong Sign = 1UL << 63;
    private readonly StateLayout _layout;
    private readonly Key[] _keys;
    private readonly bool _wordDecides;

    /// <summary>Prepares for rows of a layout.</summary>
    /// <param name="layout">Where columns stand.</param>
    /// <param name="keys">Sort keys whose columns are key columns of the layout.</param>
    public RowOrder(StateLayout layout, ReadOnlySpan<SortKey> keys)
    {
        _layout = layout;
        _keys = new Key[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            _keys[i] = new Key(
                keys[i].Column, layout.KeyOffsets[keys[i].Column], KindOf(layout.Keys[keys[i].Column].Type), keys[i].Descending,
                keys[i].NullsFirst);
        }

        _wordDecides = _keys.Length == 0 || (_keys.Length == 1 && _keys[0].Kind is Kind.Integer or Kind.Float);
    }

    private enum Kind : byte
    {
        Integer,
        Float,
        Wide,
        Text,
    }

    /// <summary>Computes the words of encoded rows whose key words stand as in the layout, null bits in the header.</summary>
    /// <param name="words">Key words of the first row, as they stand behind a state row's header; without null words.</param>
    /// <param name="nulls">Null bits a row.</param>
    /// <param name="stride">Words from row to row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="target">Receives a word a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Words(ulong* words, ushort* nulls, int stride, int count, ulong* target)
    {
        if (_keys.Length == 0)
        {
            new Span<ulong>(target, count).Clear();
            return;
        }

        Key key = _keys[0];
        int at = ((key.Offset - StateLayout.HeaderBytes) / 8) - _layout.NullWords;
        ulong flip = key.Descending ? ulong.MaxValue : 0;
        ulong none = key.NullsFirst ? 0 : ulong.MaxValue;
        int bit = 1 << key.Column;
        switch (key.Kind)
        {
            case Kind.Integer:
                for (int i = 0; i < count; i++)
                {
                    ulong word = words[((long)i * stride) + at] ^ Sign ^ flip;
                    target[i] = (nulls[i] & bit) == 0 ? word : none;
                }

                break;
            default:
                for (int i = 0; i < count; i++)
                {
                    target[i] = (nulls[i] & bit) == 0 ? Word(key.Kind, (byte*)(words + ((long)i * stride) + at)) ^ flip : none;
                }

                break;
        }
    }

    /// <summary>Computes the word of a state row.</summary>
    public ulong Word(byte* row)
    {
        if (_keys.Length == 0)
        {
            return 0;
        }

        Key key = _keys[0];
        return IsNull(row, key.Column) ? (key.NullsFirst ? 0 : ulong.MaxValue)
            : Word(key.Kind, row + key.Offset) ^ (key.Descending ? ulong.MaxValue : 0);
    }

    /// <summary>Tells whether rows of one word are equal in order, whatever else they hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsTie(ulong word) => _wordDecides && (_keys.Length == 0 || word + 1 > 1);

    /// <summary>Compares two rows by all keys.</summary>
    public int Compare(byte* left, byte* right)
    {
        foreach (Key key in _keys)
        {
            bool leftNull = IsNull(left, key.Column);
            bool rightNull = IsNull(right, key.Column);
            if (leftNull || rightNull)
            {
                if (leftNull != rightNull)
                {
                    return leftNull == key.NullsFirst ? -1 : 1;
                }

                continue;
            }

            int order = Compare(key.Kind, left + key.Offset, right + key.Offset);
            if (order != 0)
            {
                return key.Descending ? -order : order;
            }
        }

        return 0;
    }

    private static Kind KindOf(DataType type) => type.Id switch
    {
        TypeId.Utf8View or TypeId.BinaryView or TypeId.Utf8 or TypeId.Binary => Kind.Text,
        TypeId.Decimal128 => Kind.Wide,
        TypeId.Float32 or TypeId.Float64 => Kind.Float,
        _ => Kind.Integer,
    };

    private static ulong Word(Kind kind, byte* value) => kind switch
    {
        Kind.Integer => *(ulong*)value ^ Sign,
        Kind.Float => Ordered(*(ulong*)value),
        Kind.Wide => ((ulong*)value)[1] ^ Sign,
        _ => Start(RowColumns.BytesOf((StringView*)value)),
    };

    /// <summary>Maps the bits of a double to an integer of the same order; NaN above all.</summary>
    private static ulong Ordered(ulong bits) => (bits & Sign) != 0 ? ~bits : bits | Sign;

    private static ulong Start(ReadOnlySpan<byte> text)
    {
        if (text.Length >= 8)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(text);
        }

        ulong word = 0;
        for (int i = 0; i < text.Length; i++)
        {
            word |= (ulong)text[i] << (56 - (8 * i));
        }

        return word;
    }

    private static int Compare(Kind kind, byte* left, byte* right) => kind switch
    {
        Kind.Text => RowColumns.BytesOf((StringView*)left).SequenceCompareTo(RowColumns.BytesOf((StringView*)right)),
        Kind.Wide => (*(Int128*)left).CompareTo(*(Int128*)right),
        _ => Word(kind, left).CompareTo(Word(kind, right)),
    };

    private bool IsNull(byte* row, int column) => (row[_layout.NullOffset + (column >> 3)] & (1 << (column & 7))) != 0;

    private readonly record struct Key(int Column, int Offset, Kind Kind, bool Descending, bool NullsFirst);
}
