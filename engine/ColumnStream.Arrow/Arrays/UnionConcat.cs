using System;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Joins unions end to end.</summary>
internal static unsafe class UnionConcat
{
    public static UnionArray Join(ReadOnlySpan<ArrayData> arrays, int rows, BufferAllocator allocator)
    {
        // A slice of a dense union keeps whole children: what its rows do not name is left out first.
        var parts = new ArrayData[arrays.Length];
        int done = 0;
        NativeBuffer? codes = null;
        NativeBuffer? offsets = null;
        try
        {
            for (; done < parts.Length; done++)
            {
                parts[done] = Compact((UnionArray)arrays[done], allocator);
            }

            codes = allocator.Allocate(rows);
            bool dense = ((UnionArray)parts[0]).Offsets is not null;
            offsets = dense ? allocator.Allocate(rows * 4L) : null;
            var before = new int[((UnionArray)parts[0]).Fields.Length];
            byte* toCodes = codes.Pointer;
            int* toOffsets = dense ? (int*)offsets!.Pointer : null;
            foreach (ArrayData array in parts)
            {
                var part = (UnionArray)array;
                NativeMemory.Copy(part.Codes, toCodes, (nuint)part.Length);
                toCodes += part.Length;
                for (int i = 0; dense && i < part.Length; i++)
                {
                    *toOffsets++ = part.Offsets[i] + before[part.GetChild(i)];
                }

                for (int i = 0; dense && i < before.Length; i++)
                {
                    before[i] = checked(before[i] + part.Fields[i].Length);
                }
            }

            ArrayData[] fields = ArrayConcat.JoinFields(parts, allocator);
            return new UnionArray(arrays[0].Type, rows, codes, offsets, fields);
        }
        catch
        {
            codes?.Release();
            offsets?.Release();
            throw;
        }
        finally
        {
            ArrayData.ReleaseAll(parts.AsSpan(0, done));
        }
    }

    /// <summary>Copies a dense union whose children have more rows than it; shares every other one.</summary>
    public static UnionArray Compact(UnionArray array, BufferAllocator allocator)
    {
        long childRows = 0;
        foreach (ArrayData field in array.Fields)
        {
            childRows += field.Length;
        }

        if (array.Offsets is null || childRows <= array.Length)
        {
            return (UnionArray)array.Retain();
        }

        NativeBuffer rows = allocator.Allocate(array.Length * 4L);
        try
        {
            int* all = (int*)rows.Pointer;
            for (int i = 0; i < array.Length; i++)
            {
                all[i] = i;
            }

            return UnionTake.Take(array, all, array.Length, allocator);
        }
        finally
        {
            rows.Release();
        }
    }
}
