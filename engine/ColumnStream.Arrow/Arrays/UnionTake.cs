using System;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Gathers rows of unions; a negative row becomes a null of the first child.</summary>
internal static unsafe class UnionTake
{
    public static UnionArray Take(UnionArray array, int* rows, int count, BufferAllocator allocator)
    {
        if (array.Fields.Length == 0)
        {
            return count == 0
                ? (UnionArray)array.Slice(0, 0, allocator)
                : throw new ArgumentException("Union without children has no null rows.");
        }

        NativeBuffer codes = allocator.Allocate(count);
        NativeBuffer? offsets = null;
        try
        {
            var to = (sbyte*)codes.Pointer;
            for (int i = 0; i < count; i++)
            {
                to[i] = rows[i] < 0 ? array.Type.TypeCodes[0] : array.Codes[rows[i]];
            }

            if (array.Offsets is null)
            {
                ArrayData[] sparse = TakeKernel.GatherAll(array.Fields, rows, count, negative: true, allocator);
                return new UnionArray(array.Type, count, codes, null, sparse);
            }

            offsets = allocator.Allocate(count * 4L);
            ArrayData[] dense = TakeDense(array, rows, count, (int*)offsets.Pointer, allocator);
            return new UnionArray(array.Type, count, codes, offsets, dense);
        }
        catch
        {
            codes.Release();
            offsets?.Release();
            throw;
        }
    }

    /// <summary>Gathers each child's own rows, so that its offsets ascend again.</summary>
    private static ArrayData[] TakeDense(
        UnionArray array, int* rows, int count, int* offsets, BufferAllocator allocator)
    {
        var children = new ArrayData[array.Fields.Length];
        NativeBuffer childRows = allocator.Allocate(count * 4L);
        int done = 0;
        try
        {
            int* next = (int*)childRows.Pointer;
            for (; done < children.Length; done++)
            {
                int taken = 0;
                for (int i = 0; i < count; i++)
                {
                    int row = rows[i];
                    if ((row < 0 ? 0 : array.GetChild(row)) == done)
                    {
                        offsets[i] = taken;
                        next[taken++] = row < 0 ? -1 : array.Offsets[row];
                    }
                }

                children[done] = TakeKernel.Gather(array.Fields[done], next, taken, negative: done == 0, allocator);
            }

            return children;
        }
        catch
        {
            ArrayData.ReleaseAll(children.AsSpan(0, done));
            throw;
        }
        finally
        {
            childRows.Release();
        }
    }
}
