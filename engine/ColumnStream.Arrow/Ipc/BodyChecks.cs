using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Checks the contents of body buffers; methods that return a row give the first bad one, or -1.</summary>
internal static unsafe class BodyChecks
{
    /// <summary>Tells whether count + 1 offsets begin at or above zero and never fall.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool OffsetsAscend(int* offsets, int count)
    {
        // With no negative offset a difference cannot wrap, so all signs together tell.
        int bad = offsets[0];
        int i = 0;
        Vector<int> signs = Vector<int>.Zero;
        for (; VectorSwitch.UseVectors && i <= count - Vector<int>.Count; i += Vector<int>.Count)
        {
            Vector<int> here = Unsafe.ReadUnaligned<Vector<int>>(offsets + i);
            Vector<int> next = Unsafe.ReadUnaligned<Vector<int>>(offsets + i + 1);
            signs |= next | (next - here);
        }

        for (; i < count; i++)
        {
            bad |= offsets[i + 1] | (offsets[i + 1] - offsets[i]);
        }

        return bad >= 0 && !Vector.LessThanAny(signs, Vector<int>.Zero);
    }

    /// <summary>
    /// Tells whether count + 1 offsets begin at or above zero, never fall, and rise by less than 2 GiB at a time.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool OffsetsAscend(long* offsets, int count)
    {
        long bad = offsets[0];
        for (int i = 0; i < count; i++)
        {
            long rise = offsets[i + 1] - offsets[i];
            bad |= offsets[i + 1] | rise | (int.MaxValue - rise);
        }

        return bad >= 0;
    }

    /// <summary>Checks that each list stays inside its items, those under null too.</summary>
    public static int RangesInside<T>(T* offsets, T* sizes, int count, int items)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < count; i++)
        {
            long offset = long.CreateTruncating(offsets[i]);
            long size = long.CreateTruncating(sizes[i]);
            if ((ulong)offset > (ulong)items || (ulong)size > (ulong)(items - offset))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Checks that each index of a valid row is inside a dictionary of <paramref name="limit"/> values.</summary>
    public static int IndexesInside(byte* indexes, DataType type, int count, int limit, byte* validity) => type.Id switch
    {
        TypeId.Int8 => IndexesInside((sbyte*)indexes, count, limit, validity),
        TypeId.UInt8 => IndexesInside(indexes, count, limit, validity),
        TypeId.Int16 => IndexesInside((short*)indexes, count, limit, validity),
        TypeId.UInt16 => IndexesInside((ushort*)indexes, count, limit, validity),
        TypeId.Int32 => IndexesInside((int*)indexes, count, limit, validity),
        TypeId.UInt32 => IndexesInside((uint*)indexes, count, limit, validity),
        _ => IndexesInside((long*)indexes, count, limit, validity),
    };

    /// <summary>Checks that each row of a union names a child and, in a dense one, a row of it.</summary>
    public static int Union(sbyte* codes, int* offsets, int count, DataType type, ArrayData[] fields)
    {
        int* rows = stackalloc int[128];
        new Span<int>(rows, 128).Fill(-1);
        for (int i = 0; i < fields.Length; i++)
        {
            rows[type.TypeCodes[i]] = fields[i].Length;
        }

        for (int i = 0; i < count; i++)
        {
            int limit = codes[i] < 0 ? -1 : rows[codes[i]];
            if (limit < 0 || (offsets is not null && (uint)offsets[i] >= (uint)limit))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Tells whether run ends ascend from above zero and the last one reaches <paramref name="rows"/>.</summary>
    public static bool RunsCover(FixedWidthArray ends, int rows)
    {
        long last = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            long end = RunEndEncodedArray.End(ends, i);
            if (end <= last)
            {
                return false;
            }

            last = end;
        }

        return last >= rows;
    }

    public static int Utf8<T>(T* offsets, byte* data, int count, byte* validity)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < count; i++)
        {
            byte* first = data + long.CreateTruncating(offsets[i]);
            var text = new ReadOnlySpan<byte>(first, int.CreateTruncating(offsets[i + 1] - offsets[i]));
            if ((validity is null || Bitmap.Get(validity, i)) && !System.Text.Unicode.Utf8.IsValid(text))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Narrows decimals that fit; rows under null become zero.</summary>
    public static int Narrow(byte* source, int count, byte* validity, byte* target)
    {
        var wide = (long*)source;
        var narrow = (long*)target;
        for (int i = 0; i < count; i++)
        {
            long low = wide[2 * i];
            if (validity is not null && !Bitmap.Get(validity, i))
            {
                low = 0;
            }
            else if (wide[(2 * i) + 1] != low >> 63)
            {
                return i;
            }

            narrow[i] = low;
        }

        return -1;
    }

    /// <summary>Checks that each valid view stays inside its buffers.</summary>
    /// <param name="source">The views.</param>
    /// <param name="count">The number of views.</param>
    /// <param name="data">The buffers that long views name.</param>
    /// <param name="validity">The validity bits, or null.</param>
    /// <param name="options">Whether text must be UTF-8.</param>
    /// <param name="type">The type of the column.</param>
    /// <param name="dirty">Set when a view differs from what our kernels rely on and must be put right.</param>
    public static int Views(
        byte* source,
        int count,
        NativeBuffer[] data,
        byte* validity,
        IpcReaderOptions options,
        DataType type,
        out bool dirty)
    {
        var views = (StringView*)source;
        bool utf8 = options.ValidateUtf8 && type.Id == TypeId.Utf8View;
        dirty = false;
        for (int i = 0; i < count; i++)
        {
            StringView* view = views + i;
            if (validity is not null && !Bitmap.Get(validity, i))
            {
                dirty |= (view->Low | view->High) != 0;
                continue;
            }

            byte* bytes = (byte*)view + 4;
            int length = view->Length;
            if (length is >= 0 and <= StringView.InlineLength)
            {
                dirty |= StringView.Create(bytes, length, 0, 0) != *view;
            }
            else
            {
                if (length < 0 || (uint)view->BufferIndex >= (uint)data.Length || view->Offset < 0
                    || view->Offset + (long)length > data[view->BufferIndex].Length)
                {
                    return i;
                }

                bytes = data[view->BufferIndex].Pointer + view->Offset;
                dirty |= Unsafe.ReadUnaligned<uint>(bytes) != view->Prefix;
            }

            if (utf8 && !System.Text.Unicode.Utf8.IsValid(new ReadOnlySpan<byte>(bytes, length)))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// Copies checked views: zero under null, zero behind short values, the true prefix in long ones.
    /// </summary>
    public static void CleanViews(byte* source, int count, NativeBuffer[] data, byte* validity, byte* target)
    {
        var from = (StringView*)source;
        var to = (StringView*)target;
        for (int i = 0; i < count; i++)
        {
            StringView view = from[i];
            if (validity is not null && !Bitmap.Get(validity, i))
            {
                view = default;
            }
            else if (view.IsInline)
            {
                view = StringView.Create((byte*)&from[i] + 4, view.Length, 0, 0);
            }
            else
            {
                view.Prefix = Unsafe.ReadUnaligned<uint>(data[view.BufferIndex].Pointer + view.Offset);
            }

            to[i] = view;
        }
    }

    private static int IndexesInside<T>(T* indexes, int count, int limit, byte* validity)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < count; i++)
        {
            if (ulong.CreateTruncating(indexes[i]) >= (ulong)limit && (validity is null || Bitmap.Get(validity, i)))
            {
                return i;
            }
        }

        return -1;
    }
}
