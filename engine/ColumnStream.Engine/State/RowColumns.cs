using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.State;

/// <summary>Gathers columns out of state rows.</summary>
internal static unsafe class RowColumns
{
    /// <summary>Makes key column <paramref name="column"/> of <paramref name="count"/> rows.</summary>
    /// <param name="layout">Where it stands.</param>
    /// <param name="column">Which key column.</param>
    /// <param name="type">The key's type, or what it is written as in files.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="allocator">Pays.</param>
    public static ArrayData Key(
        StateLayout layout, int column, DataType type, byte** rows, int count, BufferAllocator allocator)
    {
        if (type.Id == TypeId.Null)
        {
            return new NullArray(count);
        }

        int nullByte = layout.NullOffset + (column >> 3);
        NativeBuffer? validity = Validity(rows, count, nullByte, 1 << (column & 7), allocator);
        bool widen = type.Id == TypeId.Decimal128 && layout.Keys[column].Type.Id == TypeId.Decimal64;
        return Values(type, layout.KeyOffsets[column], widen, rows, count, validity, allocator);
    }

    /// <summary>Hashes the keys of rows.</summary>
    public static void Hash(StateLayout layout, byte** rows, int count, ulong* hashes, BufferAllocator allocator)
    {
        var columns = new ArrayData[layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Key(layout, i, layout.Keys[i].Type, rows, count, allocator);
        }

        layout.Hash(columns, count, hashes);
        foreach (ArrayData column in columns)
        {
            column.Release();
        }
    }

    /// <summary>Makes a column of values that stand at <paramref name="offset"/> of each row.</summary>
    public static ArrayData Values(
        DataType type,
        int offset,
        bool widen,
        byte** rows,
        int count,
        NativeBuffer? validity,
        BufferAllocator allocator) => type.Id switch
    {
        TypeId.Bool => Bits(offset, rows, count, validity, allocator),
        TypeId.Utf8View or TypeId.BinaryView => Views(type, offset, rows, count, validity, allocator),
        TypeId.Utf8 or TypeId.Binary => Offsets(type, offset, rows, count, validity, allocator),
        _ => Fixed(type, offset, widen, rows, count, validity, allocator),
    };

    internal static NativeBuffer? Validity(byte** rows, int count, int nullByte, int mask, BufferAllocator allocator)
    {
        int any = 0;
        for (int i = 0; i < count; i++)
        {
            any |= rows[i][nullByte];
        }

        if ((any & mask) == 0)
        {
            return null;
        }

        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            int valid = (rows[i][nullByte] & mask) == 0 ? 1 : 0;
            bits.Pointer[i >> 3] |= (byte)(valid << (i & 7));
        }

        return bits;
    }

    private static FixedWidthArray Fixed(
        DataType type, int offset, bool widen, byte** rows, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate((long)count * type.ByteWidth);
        byte* target = values.Pointer;
        switch (type.Id)
        {
            case TypeId.Float32:
                for (int i = 0; i < count; i++)
                {
                    ((float*)target)[i] = (float)*(double*)(rows[i] + offset);
                }

                break;
            case TypeId.Decimal128 when widen:
                for (int i = 0; i < count; i++)
                {
                    ((Int128*)target)[i] = *(long*)(rows[i] + offset);
                }

                break;
            default:
                Copy(target, type.ByteWidth, offset, rows, count);
                break;
        }

        return new FixedWidthArray(type, count, values, validity);
    }

    private static void Copy(byte* target, int width, int offset, byte** rows, int count)
    {
        switch (width)
        {
            case 1:
                CopyAs<byte>(target, offset, rows, count);
                break;
            case 2:
                CopyAs<ushort>(target, offset, rows, count);
                break;
            case 4:
                CopyAs<uint>(target, offset, rows, count);
                break;
            case 8:
                CopyAs<ulong>(target, offset, rows, count);
                break;
            default:
                CopyAs<UInt128>(target, offset, rows, count);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyAs<T>(byte* target, int offset, byte** rows, int count)
        where T : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            ((T*)target)[i] = *(T*)(rows[i] + offset);
        }
    }

    private static BooleanArray Bits(
        int offset, byte** rows, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            bits.Pointer[i >> 3] |= (byte)((rows[i][offset] & 1) << (i & 7));
        }

        return new BooleanArray(count, bits, validity);
    }

    private static ViewArray Views(
        DataType type, int offset, byte** rows, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer views = allocator.Allocate(count * 16L);
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            StringView view = *(StringView*)(rows[i] + offset);
            ((StringView*)views.Pointer)[i] = view;
            bytes += view.Length > StringView.InlineLength ? view.Length : 0;
        }

        if (bytes == 0)
        {
            return new ViewArray(type, count, views, [], validity);
        }

        NativeBuffer data = allocator.Allocate(checked((int)bytes));
        int position = 0;
        for (int i = 0; i < count; i++)
        {
            StringView* view = (StringView*)views.Pointer + i;
            if (view->Length > StringView.InlineLength)
            {
                Unsafe.CopyBlockUnaligned(data.Pointer + position, (byte*)view->High, (uint)view->Length);
                view->BufferIndex = 0;
                view->Offset = position;
                position += view->Length;
            }
        }

        return new ViewArray(type, count, views, [data], validity);
    }

    private static BinaryArray Offsets(
        DataType type, int offset, byte** rows, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        using var builder = new BinaryBuilder(type, allocator, count);
        for (int i = 0; i < count; i++)
        {
            if (validity is not null && !Bitmap.Get(validity.Pointer, i))
            {
                builder.AppendNull();
            }
            else
            {
                builder.Append(BytesOf((StringView*)(rows[i] + offset)));
            }
        }

        validity?.Release();
        return (BinaryArray)builder.Finish();
    }

    /// <summary>Gets the bytes of a view whose long form holds an address.</summary>
    internal static ReadOnlySpan<byte> BytesOf(StringView* view) => view->Length <= StringView.InlineLength
        ? new ReadOnlySpan<byte>((byte*)view + 4, view->Length)
        : new ReadOnlySpan<byte>((byte*)view->High, view->Length);
}
