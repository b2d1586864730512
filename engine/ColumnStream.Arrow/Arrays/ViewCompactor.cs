using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Copies the bytes that views still name, so that large buffers need not live for a few of them.</summary>
public static unsafe class ViewCompactor
{
    private const int BlockBytes = 1 << 30;

    /// <summary>Adds up the bytes that long views name; a value named twice counts twice.</summary>
    public static long LiveBytes(ViewArray array)
    {
        StringView* views = array.Pointer;
        byte* validity = array.Validity;
        long live = 0;
        for (int i = 0; i < array.Length; i++)
        {
            int length = views[i].Length;
            live += length > StringView.InlineLength && (validity is null || Bitmap.Get(validity, i)) ? length : 0;
        }

        return live;
    }

    /// <summary>
    /// Tells whether live bytes are at least a quarter of those that the data buffers hold in memory.
    /// </summary>
    public static bool IsDense(ViewArray array)
    {
        long pinned = 0;
        foreach (NativeBuffer data in array.Data)
        {
            pinned += data.Capacity;
        }

        return pinned == 0 || LiveBytes(array) >= pinned / 4;
    }

    /// <summary>Copies views and live bytes into fresh buffers. Borrows <paramref name="array"/>.</summary>
    public static ViewArray Compact(ViewArray array, BufferAllocator allocator)
    {
        int count = array.Length;
        long left = LiveBytes(array);
        NativeBuffer views = allocator.Allocate(count * 16L);
        NativeBuffer? validity = null;
        var data = new NativeBuffer[(int)((left + BlockBytes - 1) / BlockBytes)];
        int blocks = 0;
        try
        {
            if (array.Validity is not null)
            {
                validity = allocator.Allocate(Bitmap.ByteCount(count));
                validity.Length = (count + 7) >> 3;
                Bitmap.Copy(array.Validity, 0, validity.Pointer, count);
            }

            var target = (StringView*)views.Pointer;
            long used = 0;
            for (int i = 0; i < count; i++)
            {
                StringView view = array.IsNull(i) ? default : array.Pointer[i];
                if (!view.IsInline)
                {
                    if (blocks == 0 || used + view.Length > data[blocks - 1].Capacity)
                    {
                        if (blocks == data.Length)
                        {
                            Array.Resize(ref data, blocks + 1);
                        }

                        data[blocks] = allocator.Allocate(Math.Max(view.Length, Math.Min(left, BlockBytes)));
                        blocks++;
                        used = 0;
                    }

                    byte* source = array.Data[view.BufferIndex].Pointer + view.Offset;
                    Unsafe.CopyBlockUnaligned(data[blocks - 1].Pointer + used, source, (uint)view.Length);
                    view.BufferIndex = blocks - 1;
                    view.Offset = (int)used;
                    used += view.Length;
                    left -= view.Length;
                    data[blocks - 1].Length = used;
                }

                target[i] = view;
            }

            Array.Resize(ref data, blocks);
            return new ViewArray(array.Type, count, views, data, validity);
        }
        catch
        {
            views.Release();
            validity?.Release();
            foreach (NativeBuffer block in data.AsSpan(0, blocks))
            {
                block.Release();
            }

            throw;
        }
    }

    /// <summary>Compacts every view column, at any depth, that is not dense, or all of them.</summary>
    /// <remarks>Columns that need no copy are shared. Borrows <paramref name="batch"/>.</remarks>
    public static RecordBatch Compact(RecordBatch batch, BufferAllocator allocator, bool always = false)
    {
        ArrayData[] columns = CompactAll(batch.Columns, allocator, always);
        return new RecordBatch(batch.Schema, columns, batch.Length);
    }

    private static ArrayData[] CompactAll(
        ReadOnlySpan<ArrayData> arrays, BufferAllocator allocator, bool always)
    {
        var compacted = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            for (; done < compacted.Length; done++)
            {
                compacted[done] = CompactOne(arrays[done], allocator, always);
            }

            return compacted;
        }
        catch
        {
            ArrayData.ReleaseAll(compacted.AsSpan(0, done));
            throw;
        }
    }

    private static ArrayData CompactOne(ArrayData array, BufferAllocator allocator, bool always) => array switch
    {
        ViewArray a when always || !IsDense(a) => Compact(a, allocator),
        DictionaryArray => array.Retain(),
        _ when array.Children.IsEmpty => array.Retain(),
        _ => WithChildren(array, CompactAll(array.Children, allocator, always)),
    };

    /// <summary>Makes the same array over other children, which are taken over.</summary>
    private static ArrayData WithChildren(ArrayData array, ArrayData[] children)
    {
        NativeBuffer? validity = array.ValidityBuffer?.Retain();
        byte* bits = array.Validity;
        int length = array.Length;
        ArrayData items = children.Length == 0 ? array : children[0];
        return array switch
        {
            StructArray a => new StructArray(a.Type, length, children, validity, bits),
            ListArray a => new ListArray(a.Type, length, a.OffsetsBuffer.Retain(), a.Offsets, items, validity, bits),
            MapArray a => new MapArray(
                a.Type, length, a.OffsetsBuffer.Retain(), a.Offsets, (StructArray)items, validity, bits),
            LargeListArray a => new LargeListArray(
                a.Type, length, a.OffsetsBuffer.Retain(), a.Offsets, items, validity, bits),
            ListViewArray a => new ListViewArray(
                a.Type,
                length,
                a.OffsetsBuffer.Retain(),
                a.OffsetsPointer,
                a.SizesBuffer.Retain(),
                a.SizesPointer,
                items,
                validity,
                bits),
            FixedSizeListArray a => new FixedSizeListArray(a.Type, length, items, validity, bits),
            UnionArray a => new UnionArray(
                a.Type, length, a.CodesBuffer.Retain(), a.Codes, a.OffsetsBuffer?.Retain(), a.Offsets, children),
            RunEndEncodedArray a => new RunEndEncodedArray(
                a.Type, length, (FixedWidthArray)items, children[1], a.Offset),
            _ => throw new NotSupportedException($"Type has no children: {array.Type}."),
        };
    }
}
