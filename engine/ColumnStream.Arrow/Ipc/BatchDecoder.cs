using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Makes record batches of messages; arrays point into the body. One thread.</summary>
/// <remarks>Whatever a body holds, the arrays are safe to follow: offsets and views are checked here, once.</remarks>
internal sealed unsafe class BatchDecoder : IDisposable
{
    private readonly IpcReaderOptions _options;
    private readonly BufferAllocator _allocator;
    private readonly BodyRegions _regions;
    private readonly Schema _stored;
    private FlatVector _nodes;
    private FlatVector _viewCounts;
    private int _nextNode;
    private int _nextViewCount;

    public BatchDecoder(Schema stored, BufferAllocator allocator, IpcReaderOptions options)
    {
        _stored = stored;
        _options = options;
        _allocator = allocator;
        _regions = new BodyRegions(options, allocator);
        Schema = DeliveredSchema.ForReading(stored, options);
    }

    /// <summary>Gets the schema of the batches that are delivered.</summary>
    public Schema Schema { get; }

    private NativeBuffer Owner => _regions.Owner!;

    /// <summary>Decodes one batch whose body stands in <paramref name="body"/>, which is borrowed.</summary>
    public RecordBatch Decode(MessageHeader header, NativeBuffer body, long bodyOffset, long bodyPosition)
    {
        FlatTable batch = header.Table;
        long length = batch.Get<long>(0, 0);
        if (length is < 0 or > int.MaxValue)
        {
            throw batch.Reader.Error($"Batch has an impossible number of rows: {length}.", batch.Position);
        }

        _nodes = batch.GetVector(1, Wire.NodeBytes);
        _viewCounts = batch.GetVector(4, 8);
        _nextNode = 0;
        _nextViewCount = 0;
        var columns = new ArrayData[_stored.Fields.Count];
        int done = 0;
        try
        {
            _regions.Open(batch, body, bodyOffset, header.BodyLength, bodyPosition);
            for (; done < columns.Length; done++)
            {
                columns[done] = DecodeColumn(batch, _stored.Fields[done], Schema.Fields[done].Type, length);
            }

            if (_nextNode != _nodes.Count || _regions.Left != 0)
            {
                throw batch.Reader.Error(
                    $"Batch has more than its schema: {_nodes.Count - _nextNode} nodes, {_regions.Left} buffers.",
                    batch.Position);
            }

            return new RecordBatch(Schema, columns, (int)length);
        }
        catch
        {
            ArrayData.ReleaseAll(columns.AsSpan(0, done));
            throw;
        }
        finally
        {
            _regions.Close();
        }
    }

    public void Dispose() => _regions.Dispose();

    /// <summary>
    /// Decodes a column; <paramref name="rows"/> is what its node must state, or -1 for a list's items.
    /// </summary>
    private ArrayData DecodeColumn(FlatTable batch, Field field, DataType target, long rows)
    {
        if (_nextNode >= _nodes.Count)
        {
            throw batch.Reader.Error($"Batch has too few nodes: {_nodes.Count}. Field {field.Name}.", batch.Position);
        }

        int node = _nodes.Start + (_nextNode++ * Wire.NodeBytes);
        long length = batch.Reader.Read<long>(node);
        long nulls = batch.Reader.Read<long>(node + 8);
        if (length < 0 || length > int.MaxValue || (rows >= 0 && length != rows) || nulls < 0 || nulls > length)
        {
            throw batch.Reader.Error(
                $"Node does not fit its batch: {length} rows, {nulls} nulls, expected {rows}. Field {field.Name}.",
                node);
        }

        var column = new ColumnNode(field, target, (int)length);
        if (field.Type.Id == TypeId.Null)
        {
            return new NullArray(column.Length);
        }

        Region bits = Take(column);
        NativeBuffer? validity = null;
        if (nulls != 0)
        {
            Require(column, bits, (column.Length + 7L) >> 3, "validity");
            validity = Owner.Retain();
        }

        try
        {
            return DecodeValues(batch, column, validity, bits.Pointer);
        }
        catch
        {
            validity?.Release();
            throw;
        }
    }

    private ArrayData DecodeValues(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        switch (column.Field.Type.Id)
        {
            case TypeId.Bool:
                Region values = Take(column);
                Require(column, values, (column.Length + 7L) >> 3, "values");
                return new BooleanArray(column.Length, Owner.Retain(), values.Pointer, validity, bits);
            case TypeId.Utf8 or TypeId.Binary:
                return DecodeBinary(column, validity, bits);
            case TypeId.Utf8View or TypeId.BinaryView:
                return DecodeViews(batch, column, validity, bits);
            case TypeId.List:
                return DecodeList(batch, column, validity, bits);
            case TypeId.Map:
                return DecodeMap(batch, column, validity, bits);
            case TypeId.Struct:
                return DecodeStruct(batch, column, validity, bits);
            default:
                return DecodeFixed(column, validity, bits);
        }
    }

    private FixedWidthArray DecodeFixed(ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        DataType stored = column.Field.Type;
        Region values = Take(column);
        Require(column, values, (long)column.Length * stored.ByteWidth, "values");
        if (stored.Id == TypeId.Decimal128 && column.Target.Id == TypeId.Decimal64)
        {
            NativeBuffer narrow = _allocator.Allocate(column.Length * 8L);
            int bad = BodyChecks.Narrow(values.Pointer, column.Length, validity is null ? null : bits, narrow.Pointer);
            if (bad >= 0)
            {
                narrow.Release();
                throw Error(column, values, $"Decimal exceeds its precision in row {bad}.");
            }

            return new FixedWidthArray(
                column.Target, column.Length, narrow, narrow.Pointer, validity, bits);
        }

        return new FixedWidthArray(stored, column.Length, Owner.Retain(), values.Pointer, validity, bits);
    }

    private ArrayData DecodeBinary(ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        NativeBuffer offsets = TakeOffsets(column, out int* pointer, out Region region);
        try
        {
            Region data = Take(column);
            CheckOffsets(column, region, pointer, data.Length);
            if (_options.ValidateUtf8 && column.Field.Type.Id == TypeId.Utf8)
            {
                int bad = BodyChecks.Utf8(pointer, data.Pointer, column.Length, validity is null ? null : bits);
                if (bad >= 0)
                {
                    throw Error(column, data, $"Text is not UTF-8 in row {bad}.");
                }
            }

            var array = new BinaryArray(
                column.Field.Type,
                column.Length,
                offsets,
                pointer,
                Owner.Retain(),
                data.Pointer,
                validity,
                bits);
            if (!column.Target.IsView)
            {
                return array;
            }

            // Array and views each hold the buffers; the array lets go of its own, validity excepted: on failure
            // the caller still releases that.
            validity?.Retain();
            offsets.Retain();
            try
            {
                ViewArray views = TextLayout.ToViews(array, _allocator);
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
        catch
        {
            offsets.Release();
            throw;
        }
    }

    private ViewArray DecodeViews(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        Region views = Take(column);
        Require(column, views, column.Length * 16L, "views");
        if (_nextViewCount >= _viewCounts.Count)
        {
            throw Error(column, views, "Batch does not state the number of data buffers.");
        }

        long count = batch.Reader.Read<long>(_viewCounts.Start + (_nextViewCount++ * 8));
        if (count < 0 || count > _regions.Left)
        {
            throw Error(column, views, $"Batch has too few data buffers: {count} wanted, {_regions.Left} left.");
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
            views.Pointer, column.Length, data, validity, _options, column.Field.Type, out bool dirty);
        if (bad >= 0)
        {
            throw Error(column, views, $"View leads outside its buffers or is not UTF-8 in row {bad}.");
        }

        if (!dirty)
        {
            pointer = views.Pointer;
            return Owner.Retain();
        }

        NativeBuffer clean = _allocator.Allocate(column.Length * 16L);
        BodyChecks.CleanViews(views.Pointer, column.Length, data, validity, clean.Pointer);
        pointer = clean.Pointer;
        return clean;
    }

    private ListArray DecodeList(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        NativeBuffer offsets = TakeOffsets(column, out int* pointer, out Region region);
        ArrayData? items = null;
        try
        {
            items = DecodeColumn(batch, column.Field.Type.Children[0], column.Target.Children[0].Type, rows: -1);
            CheckOffsets(column, region, pointer, items.Length);
            return new ListArray(column.Target, column.Length, offsets, pointer, items, validity, bits);
        }
        catch
        {
            items?.Release();
            offsets.Release();
            throw;
        }
    }

    private MapArray DecodeMap(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        NativeBuffer offsets = TakeOffsets(column, out int* pointer, out Region region);
        ArrayData? entries = null;
        try
        {
            entries = DecodeColumn(batch, column.Field.Type.Children[0], column.Target.Children[0].Type, rows: -1);
            CheckOffsets(column, region, pointer, entries.Length);
            return entries.NullCount == 0
                ? new MapArray(column.Target, column.Length, offsets, pointer, (StructArray)entries, validity, bits)
                : throw Error(column, region, "Map has entries that are null.");
        }
        catch
        {
            entries?.Release();
            offsets.Release();
            throw;
        }
    }

    private StructArray DecodeStruct(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        var fields = new ArrayData[column.Field.Type.Children.Count];
        int done = 0;
        try
        {
            for (; done < fields.Length; done++)
            {
                DataType target = column.Target.Children[done].Type;
                fields[done] = DecodeColumn(batch, column.Field.Type.Children[done], target, column.Length);
            }

            return new StructArray(column.Target, column.Length, fields, validity, bits);
        }
        catch
        {
            ArrayData.ReleaseAll(fields.AsSpan(0, done));
            throw;
        }
    }

    /// <summary>Takes an offsets buffer; an empty column may leave out its only entry.</summary>
    private NativeBuffer TakeOffsets(ColumnNode column, out int* pointer, out Region region)
    {
        region = Take(column);
        if (column.Length == 0 && region.Length < 4)
        {
            NativeBuffer zero = _allocator.AllocateZeroed(4);
            pointer = (int*)zero.Pointer;
            return zero;
        }

        Require(column, region, (column.Length + 1L) * 4, "offsets");
        pointer = (int*)region.Pointer;
        return Owner.Retain();
    }

    private static void CheckOffsets(ColumnNode column, Region region, int* offsets, long limit)
    {
        if (!BodyChecks.OffsetsAscend(offsets, column.Length) || offsets[column.Length] > limit)
        {
            throw Error(column, region, $"Offsets do not ascend from 0 to at most {limit}.");
        }
    }

    private Region Take(ColumnNode column) => _regions.Next(column.Field.Name, 0);

    private static void Require(ColumnNode column, Region region, long bytes, string what)
    {
        if (region.Length < bytes)
        {
            throw Error(column, region, $"Buffer of {what} is too short: {region.Length}, expected {bytes}.");
        }
    }

    private static IpcException Error(ColumnNode column, Region region, string message) =>
        new($"{message} Field {column.Field.Name}.", region.FilePosition);

    private readonly record struct ColumnNode(Field Field, DataType Target, int Length);
}
