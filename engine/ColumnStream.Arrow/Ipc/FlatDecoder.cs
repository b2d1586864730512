using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Makes arrays without children of the next buffers of a body. One thread.</summary>
/// <remarks>Methods take over the validity buffer unless they throw.</remarks>
internal sealed unsafe class FlatDecoder(BodyRegions regions, IpcReaderOptions options, BufferAllocator allocator)
{
    private FlatVector _viewCounts;
    private int _nextViewCount;

    private NativeBuffer Owner => regions.Owner!;

    /// <summary>Begins a batch.</summary>
    public void Open(FlatTable batch)
    {
        _viewCounts = batch.GetVector(4, 8);
        _nextViewCount = 0;
    }

    public ArrayData Decode(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        switch (column.Field.Type.Id)
        {
            case TypeId.Bool:
                Region values = Take(column);
                column.Require(values, (column.Length + 7L) >> 3, "values");
                return new BooleanArray(column.Length, Owner.Retain(), values.Pointer, validity, bits);
            case TypeId.Utf8 or TypeId.Binary:
                return DecodeBinary<int>(column, validity, bits);
            case TypeId.LargeUtf8 or TypeId.LargeBinary:
                return DecodeBinary<long>(column, validity, bits);
            case TypeId.Utf8View or TypeId.BinaryView:
                return DecodeViews(batch, column, validity, bits);
            default:
                return DecodeFixed(column, validity, bits);
        }
    }

    /// <summary>Takes an offsets buffer; an empty column may leave out its only entry.</summary>
    public NativeBuffer TakeOffsets(ColumnNode column, int width, out byte* pointer, out Region region)
    {
        region = Take(column);
        if (column.Length == 0 && region.Length < width)
        {
            NativeBuffer zero = allocator.AllocateZeroed(width);
            pointer = zero.Pointer;
            return zero;
        }

        column.Require(region, (column.Length + 1L) * width, "offsets");
        pointer = region.Pointer;
        return Owner.Retain();
    }

    public static void CheckOffsets<T>(ColumnNode column, Region region, T* offsets, long limit)
        where T : unmanaged, IBinaryInteger<T>
    {
        bool wide = sizeof(T) == sizeof(long);
        bool ascend = wide
            ? BodyChecks.OffsetsAscend((long*)offsets, column.Length) : BodyChecks.OffsetsAscend((int*)offsets, column.Length);
        if (!ascend || long.CreateTruncating(offsets[column.Length]) > limit)
        {
            throw column.Error(
                region, $"Offsets do not ascend from 0 to at most {limit}{(wide ? ", by at most 2 GiB" : string.Empty)}.");
        }
    }

    public Region Take(ColumnNode column) => regions.Next(column.Field.Name, 0);

    private FixedWidthArray DecodeFixed(ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        DataType stored = column.Field.Type;
        Region values = Take(column);
        column.Require(values, (long)column.Length * stored.ByteWidth, "values");
        if (stored.Id == TypeId.Decimal128 && column.Target.Id == TypeId.Decimal64)
        {
            NativeBuffer narrow = allocator.Allocate(column.Length * 8L);
            int bad = BodyChecks.Narrow(values.Pointer, column.Length, validity is null ? null : bits, narrow.Pointer);
            if (bad >= 0)
            {
                narrow.Release();
                throw column.Error(values, $"Decimal exceeds its precision in row {bad}.");
            }

            return new FixedWidthArray(
                column.Target, column.Length, narrow, narrow.Pointer, validity, bits);
        }

        return new FixedWidthArray(stored, column.Length, Owner.Retain(), values.Pointer, validity, bits);
    }

    private ArrayData DecodeBinary<T>(ColumnNode column, NativeBuffer? validity, byte* bits)
        where T : unmanaged, IBinaryInteger<T>
    {
        NativeBuffer offsets = TakeOffsets(column, sizeof(T), out byte* first, out Region region);
        try
        {
            Region data = Take(column);
            CheckOffsets(column, region, (T*)first, data.Length);
            if (options.ValidateUtf8 && column.Field.Type.Id is (TypeId.Utf8 or TypeId.LargeUtf8))
            {
                CheckText(column, data, BodyChecks.Utf8((T*)first, data.Pointer, column.Length, validity is null ? null : bits));
            }

            NativeBuffer owner = Owner.Retain();
            DataType type = column.Field.Type;
            ArrayData array = sizeof(T) == sizeof(long)
                ? new LargeBinaryArray(type, column.Length, offsets, (long*)first, owner, data.Pointer, validity, bits)
                : new BinaryArray(type, column.Length, offsets, (int*)first, owner, data.Pointer, validity, bits);
            return column.Target.IsView ? ToViews(array, validity, offsets) : array;
        }
        catch
        {
            offsets.Release();
            throw;
        }
    }

    private static void CheckText(ColumnNode column, Region data, int badRow)
    {
        if (badRow >= 0)
        {
            throw column.Error(data, $"Text is not UTF-8 in row {badRow}.");
        }
    }

    /// <summary>
    /// Makes views in place of the array, which is let go; when that fails the caller still releases validity and offsets.
    /// </summary>
    private ViewArray ToViews(ArrayData array, NativeBuffer? validity, NativeBuffer offsets)
    {
        validity?.Retain();
        offsets.Retain();
        try
        {
            ViewArray views = array is BinaryArray small
                ? TextLayout.ToViews(small, allocator)
                : TextLayout.ToViews((LargeBinaryArray)array, allocator);
            array.Release();
            validity?.Release();
            offsets.Release();
            return views;
        }
        catch
        {
            array.Release();
            throw;
        }
    }

    private ViewArray DecodeViews(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        Region views = Take(column);
        column.Require(views, column.Length * 16L, "views");
        if (_nextViewCount >= _viewCounts.Count)
        {
            throw column.Error(views, "Batch does not state the number of data buffers.");
        }

        long count = batch.Reader.Read<long>(_viewCounts.Start + (_nextViewCount++ * 8));
        if (count < 0 || count > regions.Left)
        {
            throw column.Error(views, $"Batch has too few data buffers: {count} wanted, {regions.Left} left.");
        }

        var data = new NativeBuffer[(int)count];
        int done = 0;
        try
        {
            for (; done < data.Length; done++)
            {
                Region region = Take(column);
                data[done] = Owner.Slice(region.Pointer - Owner.Pointer, region.Length);
            }

            NativeBuffer checkedViews = CheckViews(column, views, data, validity is null ? null : bits, out byte* at);
            return new ViewArray(
                column.Field.Type, column.Length, checkedViews, (StringView*)at, data, validity, bits);
        }
        catch
        {
            foreach (NativeBuffer buffer in data.AsSpan(0, done))
            {
                buffer.Release();
            }

            throw;
        }
    }

    /// <summary>
    /// Checks views; copies them first where something must be put right: dirt under null or behind a value.
    /// </summary>
    private NativeBuffer CheckViews(
        ColumnNode column, Region views, NativeBuffer[] data, byte* validity, out byte* pointer)
    {
        int bad = BodyChecks.Views(
            views.Pointer, column.Length, data, validity, options, column.Field.Type, out bool dirty);
        if (bad >= 0)
        {
            throw column.Error(views, $"View leads outside its buffers or is not UTF-8 in row {bad}.");
        }

        if (!dirty)
        {
            pointer = views.Pointer;
            return Owner.Retain();
        }

        NativeBuffer clean = allocator.Allocate(column.Length * 16L);
        BodyChecks.CleanViews(views.Pointer, column.Length, data, validity, clean.Pointer);
        pointer = clean.Pointer;
        return clean;
    }
}
