using System;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Joins dictionary columns end to end, over the one dictionary that they have or over all of theirs joined.</summary>
internal static unsafe class DictionaryConcat
{
    /// <summary>Joins columns of one type; takes over <paramref name="validity"/> unless it throws.</summary>
    /// <exception cref="OverflowException">The dictionaries together exceed the index type.</exception>
    public static DictionaryArray Join(
        ReadOnlySpan<ArrayData> arrays, DataType type, int rows, NativeBuffer? validity, BufferAllocator allocator)
    {
        var shifts = new int[arrays.Length];
        ArrayData dictionary = JoinDictionaries(arrays, type, shifts, allocator);
        try
        {
            int width = type.IndexType!.ByteWidth;
            NativeBuffer indexes = allocator.Allocate((long)rows * width);
            byte* target = indexes.Pointer;
            for (int i = 0; i < arrays.Length; i++)
            {
                CopyIndexes((DictionaryArray)arrays[i], shifts[i], target);
                target += (long)arrays[i].Length * width;
            }

            return new DictionaryArray(type, rows, indexes, dictionary, validity);
        }
        catch
        {
            dictionary.Release();
            throw;
        }
    }

    /// <summary>Copies indexes, moved by <paramref name="shift"/>; zero where a row is null and there is a shift.</summary>
    public static void CopyIndexes(DictionaryArray array, int shift, byte* target)
    {
        int width = array.IndexWidth;
        if (shift == 0)
        {
            NativeMemory.Copy(array.Pointer, target, (nuint)((long)array.Length * width));
            return;
        }

        for (int i = 0; i < array.Length; i++, target += width)
        {
            long index = array.IsNull(i) ? 0 : array.GetIndex(i) + (long)shift;
            switch (width)
            {
                case 1:
                    *target = (byte)index;
                    break;
                case 2:
                    *(ushort*)target = (ushort)index;
                    break;
                case 4:
                    *(uint*)target = (uint)index;
                    break;
                default:
                    *(long*)target = index;
                    break;
            }
        }
    }

    /// <summary>Finds where each dictionary begins in the joined one; equal dictionaries, and beginnings of one, are one.</summary>
    private static ArrayData JoinDictionaries(
        ReadOnlySpan<ArrayData> arrays, DataType type, int[] shifts, BufferAllocator allocator)
    {
        var parts = new ArrayData[arrays.Length];
        var begins = new int[arrays.Length];
        int count = 0;
        long total = 0;
        for (int i = 0; i < arrays.Length; i++)
        {
            ArrayData dictionary = ((DictionaryArray)arrays[i]).Dictionary;
            if (count > 0 && ReferenceEquals(dictionary, parts[count - 1]))
            {
                shifts[i] = begins[count - 1];
                continue;
            }

            int same = 0;
            while (same < count && !IsBeginning(dictionary, parts[same]))
            {
                same++;
            }

            if (same < count)
            {
                shifts[i] = begins[same];
            }
            else if (count > 0 && IsBeginning(parts[count - 1], dictionary))
            {
                // The last part grows; whatever named its rows still does.
                total += dictionary.Length - parts[count - 1].Length;
                parts[count - 1] = dictionary;
                shifts[i] = begins[count - 1];
            }
            else
            {
                parts[count] = dictionary;
                begins[count] = (int)total;
                shifts[i] = (int)total;
                total += dictionary.Length;
                count++;
            }

            if (total - 1 > DictionaryBuilder.MostIndex(type.IndexType!))
            {
                throw new OverflowException($"Joined dictionaries exceed their index type: {total} values, {type.IndexType}.");
            }
        }

        return ArrayConcat.Concat(parts.AsSpan(0, count), allocator);
    }

    private static bool IsBeginning(ArrayData dictionary, ArrayData of) =>
        ReferenceEquals(dictionary, of)
        || (dictionary.Length <= of.Length && ArrayEquality.RangesEqual(dictionary, 0, of, 0, dictionary.Length));
}
