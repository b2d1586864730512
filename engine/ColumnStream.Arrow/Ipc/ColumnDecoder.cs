using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Makes the columns of one batch, children included, of its nodes and buffers. One thread.</summary>
/// <remarks>Whatever a body holds, the arrays are safe to follow: offsets, views and indexes are checked here, once.</remarks>
internal sealed unsafe class ColumnDecoder(
    BodyRegions regions, DictionaryStore dictionaries, IpcReaderOptions options, BufferAllocator allocator)
{
    private readonly FlatDecoder _flat = new(regions, options, allocator);
    private FlatVector _nodes;
    private int _nextNode;
    private bool _hasUnionBits;

    private NativeBuffer Owner => regions.Owner!;

    /// <summary>Begins a batch.</summary>
    /// <param name="batch">The record batch table.</param>
    /// <param name="version">The version of its message: before V5 unions have a validity buffer.</param>
    public void Open(FlatTable batch, short version)
    {
        _nodes = batch.GetVector(1, Wire.NodeBytes);
        _nextNode = 0;
        _hasUnionBits = version < Wire.VersionV5;
        _flat.Open(batch);
    }

    /// <summary>Checks that nothing is left over.</summary>
    public void Close(FlatTable batch)
    {
        if (_nextNode != _nodes.Count || regions.Left != 0)
        {
            throw batch.Reader.Error(
                $"Batch has more than its schema: {_nodes.Count - _nextNode} nodes, {regions.Left} buffers.",
                batch.Position);
        }
    }

    /// <summary>
    /// Decodes a column; <paramref name="rows"/> is what its node must state, or -1 for a list's items.
    /// </summary>
    public ArrayData Decode(FlatTable batch, Field field, DataType target, long rows)
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

        if (length > options.MaxUnstoredRows && IsUnstored(field.Type))
        {
            throw batch.Reader.Error(
                $"Column has more rows than its bytes tell apart: {length}, limit {options.MaxUnstoredRows}. "
                + $"Field {field.Name}.",
                node);
        }

        var column = new ColumnNode(field, target, (int)length);
        switch (field.Type.Id)
        {
            case TypeId.Null:
                return new NullArray(column.Length);
            case TypeId.SparseUnion or TypeId.DenseUnion:
                return DecodeUnion(batch, column, nulls);
            case TypeId.RunEndEncoded:
                return DecodeRuns(batch, column);
            default:
                return DecodeNullable(batch, column, nulls);
        }
    }

    /// <summary>Tells whether rows of a type can be declared without a byte that stands for each eight of them.</summary>
    private static bool IsUnstored(DataType type) => type.Id switch
    {
        TypeId.Null or TypeId.RunEndEncoded => true,
        TypeId.FixedSizeBinary or TypeId.FixedSizeList => type.FixedSize == 0,
        TypeId.Struct => type.Children.Count == 0,
        _ => false,
    };

    private ArrayData DecodeNullable(FlatTable batch, ColumnNode column, long nulls)
    {
        Region bits = _flat.Take(column);
        NativeBuffer? validity = null;
        if (nulls != 0)
        {
            column.Require(bits, (column.Length + 7L) >> 3, "validity");
            validity = Owner.Retain();
        }

        try
        {
            switch (column.Field.Type.Id)
            {
                case TypeId.List or TypeId.Map:
                    return DecodeList(batch, column, validity, bits.Pointer);
                case TypeId.LargeList:
                    return DecodeLargeList(batch, column, validity, bits.Pointer);
                case TypeId.ListView or TypeId.LargeListView:
                    return DecodeListView(batch, column, validity, bits.Pointer);
                case TypeId.FixedSizeList:
                    return DecodeFixedSizeList(batch, column, validity, bits.Pointer);
                case TypeId.Struct:
                    ArrayData[] fields = DecodeFields(batch, column, column.Length);
                    return new StructArray(column.Target, column.Length, fields, validity, bits.Pointer);
                case TypeId.Dictionary:
                    return DecodeDictionary(column, validity, bits.Pointer);
                default:
                    return _flat.Decode(batch, column, validity, bits.Pointer);
            }
        }
        catch
        {
            validity?.Release();
            throw;
        }
    }

    private ArrayData DecodeList(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        NativeBuffer offsets = _flat.TakeOffsets(column, 4, out byte* first, out Region region);
        ArrayData? items = null;
        try
        {
            int* pointer = (int*)first;
            items = Child(batch, column, rows: -1);
            FlatDecoder.CheckOffsets(column, region, pointer, items.Length);
            if (column.Field.Type.Id == TypeId.List)
            {
                return new ListArray(column.Target, column.Length, offsets, pointer, items, validity, bits);
            }

            return items.NullCount == 0
                ? new MapArray(column.Target, column.Length, offsets, pointer, (StructArray)items, validity, bits)
                : throw column.Error(region, "Map has entries that are null.");
        }
        catch
        {
            items?.Release();
            offsets.Release();
            throw;
        }
    }

    private LargeListArray DecodeLargeList(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        NativeBuffer offsets = _flat.TakeOffsets(column, 8, out byte* pointer, out Region region);
        ArrayData? items = null;
        try
        {
            items = Child(batch, column, rows: -1);
            FlatDecoder.CheckOffsets(column, region, (long*)pointer, items.Length);
            return new LargeListArray(column.Target, column.Length, offsets, (long*)pointer, items, validity, bits);
        }
        catch
        {
            items?.Release();
            offsets.Release();
            throw;
        }
    }

    private ListViewArray DecodeListView(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        int width = column.Field.Type.Id == TypeId.ListView ? 4 : 8;
        Region offsets = _flat.Take(column);
        column.Require(offsets, (long)column.Length * width, "offsets");
        Region sizes = _flat.Take(column);
        column.Require(sizes, (long)column.Length * width, "sizes");
        ArrayData items = Child(batch, column, rows: -1);
        int bad = width == 4
            ? BodyChecks.RangesInside((int*)offsets.Pointer, (int*)sizes.Pointer, column.Length, items.Length)
            : BodyChecks.RangesInside((long*)offsets.Pointer, (long*)sizes.Pointer, column.Length, items.Length);
        if (bad >= 0)
        {
            int count = items.Length;
            items.Release();
            throw column.Error(offsets, $"List leads outside its {count} items in row {bad}.");
        }

        return new ListViewArray(
            column.Target,
            column.Length,
            Owner.Retain(),
            offsets.Pointer,
            Owner.Retain(),
            sizes.Pointer,
            items,
            validity,
            bits);
    }

    private FixedSizeListArray DecodeFixedSizeList(FlatTable batch, ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        ArrayData items = Child(batch, column, rows: (long)column.Length * column.Field.Type.FixedSize);
        return new FixedSizeListArray(column.Target, column.Length, items, validity, bits);
    }

    private DictionaryArray DecodeDictionary(ColumnNode column, NativeBuffer? validity, byte* bits)
    {
        DataType index = column.Field.Type.IndexType!;
        Region indexes = _flat.Take(column);
        column.Require(indexes, (long)column.Length * index.ByteWidth, "indexes");
        ArrayData dictionary = dictionaries.Get(column.Field.DictionaryId!.Value);
        int bad = BodyChecks.IndexesInside(
            indexes.Pointer, index, column.Length, dictionary.Length, validity is null ? null : bits);
        if (bad >= 0)
        {
            throw column.Error(indexes, $"Index leads outside a dictionary of {dictionary.Length} in row {bad}.");
        }

        return new DictionaryArray(
            column.Target, column.Length, Owner.Retain(), indexes.Pointer, dictionary.Retain(), validity, bits);
    }

    private UnionArray DecodeUnion(FlatTable batch, ColumnNode column, long nulls)
    {
        if (_hasUnionBits)
        {
            Region bits = _flat.Take(column);
            if (nulls != 0)
            {
                throw column.Error(bits, "Union has nulls of its own, as only versions before V5 allowed.");
            }
        }

        DataType type = column.Field.Type;
        bool dense = type.Id == TypeId.DenseUnion;
        Region codes = _flat.Take(column);
        column.Require(codes, column.Length, "type codes");
        Region offsets = dense ? _flat.Take(column) : default;
        if (dense)
        {
            column.Require(offsets, column.Length * 4L, "offsets");
        }

        ArrayData[] fields = DecodeFields(batch, column, dense ? -1 : column.Length);
        int bad = BodyChecks.Union((sbyte*)codes.Pointer, (int*)offsets.Pointer, column.Length, type, fields);
        if (bad >= 0)
        {
            ArrayData.ReleaseAll(fields);
            throw column.Error(codes, $"Union names no child, or no row of it, in row {bad}.");
        }

        return new UnionArray(
            column.Target,
            column.Length,
            Owner.Retain(),
            (sbyte*)codes.Pointer,
            dense ? Owner.Retain() : null,
            (int*)offsets.Pointer,
            fields);
    }

    private RunEndEncodedArray DecodeRuns(FlatTable batch, ColumnNode column)
    {
        Field endsField = column.Field.Type.Children[0];
        var ends = (FixedWidthArray)Decode(batch, endsField, column.Target.Children[0].Type, rows: -1);
        ArrayData values;
        try
        {
            Field valuesField = column.Field.Type.Children[1];
            values = Decode(batch, valuesField, column.Target.Children[1].Type, rows: ends.Length);
        }
        catch
        {
            ends.Release();
            throw;
        }

        if (ends.NullCount != 0 || !BodyChecks.RunsCover(ends, column.Length))
        {
            ends.Release();
            values.Release();
            throw column.Error(default, $"Run ends do not ascend from above 0 to at least {column.Length}.");
        }

        return new RunEndEncodedArray(column.Target, column.Length, ends, values);
    }

    private ArrayData Child(FlatTable batch, ColumnNode column, long rows) =>
        Decode(batch, column.Field.Type.Children[0], column.Target.Children[0].Type, rows);

    private ArrayData[] DecodeFields(FlatTable batch, ColumnNode column, long rows)
    {
        var fields = new ArrayData[column.Field.Type.Children.Count];
        int done = 0;
        try
        {
            for (; done < fields.Length; done++)
            {
                DataType target = column.Target.Children[done].Type;
                fields[done] = Decode(batch, column.Field.Type.Children[done], target, rows);
            }

            return fields;
        }
        catch
        {
            ArrayData.ReleaseAll(fields.AsSpan(0, done));
            throw;
        }
    }
}
