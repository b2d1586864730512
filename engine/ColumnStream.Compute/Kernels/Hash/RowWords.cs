using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Kernels.Hash;

/// <summary>Turns any column into one canonical word a row, two for text and bytes: what <see cref="RowHash"/> adds up.</summary>
/// <remarks>
/// Text of at most 12 bytes is its inline view, so that nothing is computed; longer text is its length and its hash.
/// Nested values fold the words of what they hold, in order.
/// </remarks>
internal static unsafe class RowWords
{
    /// <summary>Word of NULL.</summary>
    private const ulong Null = 0x8A5CD789635D2DFF;
    private const ulong Secret1 = 0xA0761D6478BD642F;
    private const ulong Secret2 = 0xE7037ED1A0B428DB;
    private const ulong Secret3 = 0x8EBC6AF09C88C6E3;
    private const ulong Secret4 = 0x589965CC75374CC3;
    private const ulong WideMultiplier = 0x2545F4914F6CDD1D;
    private const int MaxDepth = 32;

    /// <summary>Tells whether a type can be read.</summary>
    public static bool CanRead(DataType type, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            return false;
        }

        switch (type.Id)
        {
            case TypeId.List or TypeId.Struct or TypeId.Map:
                foreach (Field child in type.Children)
                {
                    if (!CanRead(child.Type, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case TypeId.Null or TypeId.Bool or TypeId.Utf8 or TypeId.Utf8View or TypeId.Binary or TypeId.BinaryView:
                return true;
            case TypeId.Decimal128:
                return true;
            default:
                return IsWord(type);
        }
    }

    /// <summary>Reads rows [start, start + count) into words; returns <paramref name="first"/> or the column's own memory.</summary>
    public static ulong* Read(ArrayData column, int start, int count, ulong* first, ulong* second, out bool isPair)
    {
        isPair = false;
        ulong* words = first;
        switch (column)
        {
            case FixedWidthArray a when a.Type.Id == TypeId.Decimal128:
                for (int i = 0; i < count; i++)
                {
                    var value = Unsafe.ReadUnaligned<Int128>(a.Pointer + ((long)(start + i) * 16));
                    ulong low = (ulong)value;

                    // A value that fits in 64 bits is its word, as where the column is narrower.
                    first[i] = low ^ (((ulong)(value >> 64) ^ (ulong)((long)low >> 63)) * WideMultiplier);
                }

                break;
            case FixedWidthArray a when a.ByteWidth == 4 && a.Type.Id is not (TypeId.Float32 or TypeId.UInt32):
                ReadInt32((int*)a.Pointer + start, count, first);
                break;
            case FixedWidthArray a when IsWord(a.Type):
                words = CanonicalWords.Read(a, start, count, first);
                break;
            case BooleanArray a:
                for (int i = 0; i < count; i++)
                {
                    first[i] = Bitmap.Get(a.Bits, start + i) ? 1UL : 0;
                }

                break;
            case ViewArray a:
                ReadViews(a, start, count, first, second);
                isPair = true;
                break;
            case BinaryArray a:
                for (int i = 0; i < count; i++)
                {
                    int from = a.Offsets[start + i];
                    ReadText(a.Data + from, a.Offsets[start + i + 1] - from, out first[i], out second[i]);
                }

                isPair = true;
                break;
            case NullArray:
                new Span<ulong>(first, count).Fill(Null);
                return first;
            default:
                ReadNested(column, start, count, first);
                break;
        }

        return column.Validity is null || column.NullCount == 0
            ? words
            : WithNulls(column, start, count, words, first, isPair ? second : null);
    }

    private static bool IsWord(DataType type) =>
        type.Id is not (TypeId.FixedSizeBinary or TypeId.Decimal128 or TypeId.Dictionary)
        && type.ByteWidth is 1 or 2 or 4 or 8;

    private static void ReadInt32(int* source, int count, ulong* words)
    {
        int i = 0;
        if (Avx2.IsSupported)
        {
            for (; i + 4 <= count; i += 4)
            {
                Avx2.ConvertToVector256Int64(Vector128.Load(source + i)).AsUInt64().Store(words + i);
            }
        }

        for (; i < count; i++)
        {
            words[i] = (ulong)source[i];
        }
    }

    private static ulong* WithNulls(ArrayData column, int start, int count, ulong* words, ulong* first, ulong* second)
    {
        for (int i = 0; i < count; i++)
        {
            bool isNull = !Bitmap.Get(column.Validity, start + i);
            first[i] = isNull ? Null : words[i];
            if (second is not null && isNull)
            {
                second[i] = 0;
            }
        }

        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadViews(ViewArray array, int start, int count, ulong* first, ulong* second)
    {
        StringView* views = array.Pointer + start;
        NativeBuffer[] data = array.Data;
        int known = -1;
        byte* bytes = null;
        byte* before = null;
        for (int i = 0; i < count; i++)
        {
            StringView* view = views + i;
            int length = view->Length;
            if (length <= StringView.InlineLength)
            {
                first[i] = view->Low;
                second[i] = view->High;
                before = null;
                continue;
            }

            if (view->BufferIndex != known)
            {
                known = view->BufferIndex;
                bytes = data[known].Pointer;
            }

            // An update has the same text before and behind it, as a rule: to compare is a third of the cost of a hash.
            byte* text = bytes + view->Offset;
            bool isSame = before is not null && view->Low == views[i - 1].Low
                && (before == text || new ReadOnlySpan<byte>(before, length).SequenceEqual(new ReadOnlySpan<byte>(text, length)));
            first[i] = (uint)length;
            second[i] = isSame ? second[i - 1] : LongText(text, length);
            before = text;
        }
    }

    private static void ReadText(byte* bytes, int length, out ulong first, out ulong second)
    {
        if (length > StringView.InlineLength)
        {
            first = (uint)length;
            second = LongText(bytes, length);
            return;
        }

        StringView view = StringView.Inline(new ReadOnlySpan<byte>(bytes, length));
        first = view.Low;
        second = view.High;
    }

    /// <summary>Hashes at least 13 bytes: two chains of products, 32 bytes a step, the last step over the tail once more.</summary>
    private static ulong LongText(byte* bytes, int length)
    {
        ulong a = Secret1 ^ (ulong)length;
        ulong b = Secret2;
        if (length < 32)
        {
            // 13 to 31 bytes are four words that overlap.
            int middle = Math.Min(8, length - 8);
            a = Fold(Load(bytes) ^ Secret3, Load(bytes + middle) ^ a);
            b = Fold(Load(bytes + length - 8 - middle) ^ Secret4, Load(bytes + length - 8) ^ b);
            return a ^ BitOperations.RotateLeft(b, 29);
        }

        int i = 0;
        for (; i + 32 <= length; i += 32)
        {
            a = Fold(Load(bytes + i) ^ Secret1, Load(bytes + i + 8) ^ a);
            b = Fold(Load(bytes + i + 16) ^ Secret2, Load(bytes + i + 24) ^ b);
        }

        if (i < length)
        {
            byte* tail = bytes + length - 32;
            a = Fold(Load(tail) ^ Secret3, Load(tail + 8) ^ a);
            b = Fold(Load(tail + 16) ^ Secret4, Load(tail + 24) ^ b);
        }

        return a ^ BitOperations.RotateLeft(b, 29);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(byte* data) => Unsafe.ReadUnaligned<ulong>(data);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        if (Bmi2.X64.IsSupported)
        {
            // Two products in registers: one of both halves goes through memory.
            return Bmi2.X64.MultiplyNoFlags(left, right) ^ (left * right);
        }

        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }

    private static void ReadNested(ArrayData column, int start, int count, ulong* words)
    {
        switch (column)
        {
            case StructArray a:
                new Span<ulong>(words, count).Fill(Hash64.Empty);
                foreach (ArrayData field in a.Fields)
                {
                    Fold(field, start, count, words);
                }

                break;
            case ListArray a:
                FoldRanges(a.Items, a.Offsets + start, count, words);
                break;
            case MapArray a:
                FoldRanges(a.Entries, a.Offsets + start, count, words);
                break;
            default:
                throw new NotSupportedException($"Type has no row hash: {column.Type}.");
        }
    }

    /// <summary>Adds a child's words to its parents' words, row by row.</summary>
    private static void Fold(ArrayData child, int start, int count, ulong* words)
    {
        ulong* items = (ulong*)NativeMemory.Alloc((nuint)Math.Max(1, count) * 16);
        try
        {
            ulong* read = Read(child, start, count, items, items + count, out bool isPair);
            for (int i = 0; i < count; i++)
            {
                words[i] = Hash64.Combine(words[i], isPair ? Hash64.Combine(read[i], items[count + i]) : read[i]);
            }
        }
        finally
        {
            NativeMemory.Free(items);
        }
    }

    private static void FoldRanges(ArrayData items, int* offsets, int count, ulong* words)
    {
        int from = offsets[0];
        int length = offsets[count] - from;
        ulong* read = (ulong*)NativeMemory.Alloc((nuint)Math.Max(1, length) * 8);
        try
        {
            new Span<ulong>(read, length).Fill(Hash64.Empty);
            Fold(items, from, length, read);
            for (int i = 0; i < count; i++)
            {
                ulong word = Hash64.Word((ulong)(offsets[i + 1] - offsets[i]));
                for (int k = offsets[i]; k < offsets[i + 1]; k++)
                {
                    word = Hash64.Combine(word, read[k - from]);
                }

                words[i] = word;
            }
        }
        finally
        {
            NativeMemory.Free(read);
        }
    }
}
