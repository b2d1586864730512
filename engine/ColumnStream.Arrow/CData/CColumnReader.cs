using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Makes arrays over the memory of one foreign array, children included.</summary>
internal sealed unsafe class CColumnReader(NativeBuffer owner, BufferAllocator allocator)
{
    private const int MaxDepth = 64;

    /// <summary>Reads a column; <paramref name="path"/> names it in errors.</summary>
    public ArrayData Read(CArray* source, DataType type, string path, int depth)
    {
        Check(source, type, path, depth);
        var column = new CColumn(source, type, path, (int)source->Length, (int)source->Offset);
        if (type.Id is TypeId.Null or TypeId.SparseUnion or TypeId.DenseUnion or TypeId.RunEndEncoded)
        {
            return ReadWithoutNulls(column, depth);
        }

        NativeBuffer? validity = null;
        byte* bits = null;
        if (source->Buffers[0] is not null && source->NullCount != 0)
        {
            validity = Bits((byte*)source->Buffers[0], column, out bits);
        }

        try
        {
            return type.Children.Count == 0 && type.Id != TypeId.Struct
                ? ReadFlat(column, validity, bits)
                : ReadNested(column, validity, bits, depth);
        }
        catch
        {
            validity?.Release();
            throw;
        }
    }

    private static void Check(CArray* source, DataType type, string path, int depth)
    {
        bool isDictionary = type.Id == TypeId.Dictionary;
        int children = isDictionary ? 0 : type.Children.Count;
        int buffers = BufferCount(type);
        if (source is null || depth >= MaxDepth)
        {
            throw new CDataException($"Array is missing or nested too deeply. Field {path}.");
        }

        if (source->Length < 0 || source->Offset < 0 || source->Length > int.MaxValue - source->Offset
            || source->NullCount < -1 || source->NullCount > source->Length)
        {
            throw new CDataException(
                $"Array has impossible numbers of rows: {source->Length}, offset {source->Offset}, nulls {source->NullCount}. "
                + $"Field {path}.");
        }

        if (source->ChildCount != children || (children > 0 && source->Children is null)
            || (type.IsView ? source->BufferCount < buffers : source->BufferCount != buffers)
            || (buffers > 0 && source->Buffers is null) || (source->Dictionary is not null) != isDictionary)
        {
            throw new CDataException(
                $"Array does not have its type's parts: {source->BufferCount} buffers, {source->ChildCount} children. "
                + $"Field {path}: {type}.");
        }
    }

    private static int BufferCount(DataType type) => type.Id switch
    {
        TypeId.Null or TypeId.RunEndEncoded => 0,
        TypeId.Struct or TypeId.FixedSizeList or TypeId.SparseUnion => 1,
        TypeId.Utf8 or TypeId.Binary or TypeId.LargeUtf8 or TypeId.LargeBinary or TypeId.ListView or TypeId.LargeListView
            or TypeId.Utf8View or TypeId.BinaryView => 3,
        _ => 2,
    };

    private ArrayData ReadFlat(CColumn column, NativeBuffer? validity, byte* bits)
    {
        switch (column.Type.Id)
        {
            case TypeId.Bool:
                NativeBuffer values = Bits(column.Buffer(1, column.Length), column, out byte* at);
                return new BooleanArray(column.Length, values, at, validity, bits);
            case TypeId.Utf8 or TypeId.Binary:
                return ReadBinary(column, validity, bits);
            case TypeId.LargeUtf8 or TypeId.LargeBinary:
                return ReadLargeBinary(column, validity, bits);
            case TypeId.Utf8View or TypeId.BinaryView:
                return ReadViews(column, validity, bits);
            default:
                int width = column.Type.ByteWidth;
                NativeBuffer buffer = Cut(column, 1, width, column.Length, out byte* pointer);
                return new FixedWidthArray(column.Type, column.Length, buffer, pointer, validity, bits);
        }
    }

    private BinaryArray ReadBinary(CColumn column, NativeBuffer? validity, byte* bits)
    {
        NativeBuffer offsets = Offsets(column, 4, out byte* pointer);
        var first = (int*)pointer;
        if (!BodyChecks.OffsetsAscend(first, column.Length))
        {
            offsets.Release();
            throw column.Error("Offsets do not ascend");
        }

        byte* data = (byte*)column.Source->Buffers[2];
        NativeBuffer bytes = owner.Cut(data, first[column.Length]);
        return new BinaryArray(column.Type, column.Length, offsets, first, bytes, data, validity, bits);
    }

    private LargeBinaryArray ReadLargeBinary(CColumn column, NativeBuffer? validity, byte* bits)
    {
        NativeBuffer offsets = Offsets(column, 8, out byte* pointer);
        var first = (long*)pointer;
        if (!BodyChecks.OffsetsAscend(first, column.Length))
        {
            offsets.Release();
            throw column.Error("Offsets do not ascend");
        }

        byte* data = (byte*)column.Source->Buffers[2];
        NativeBuffer bytes = owner.Cut(data, first[column.Length]);
        return new LargeBinaryArray(column.Type, column.Length, offsets, first, bytes, data, validity, bits);
    }

    private ViewArray ReadViews(CColumn column, NativeBuffer? validity, byte* bits)
    {
        int count = (int)column.Source->BufferCount - 3;
        var sizes = (long*)column.Buffer(count + 2, count);
        var data = new NativeBuffer[count];
        for (int i = 0; i < count; i++)
        {
            data[i] = owner.Cut((byte*)column.Source->Buffers[i + 2], sizes[i]);
        }

        NativeBuffer? views = null;
        try
        {
            views = Cut(column, 1, 16, column.Length, out byte* pointer);
            byte* valid = validity is null ? null : bits;
            int bad = BodyChecks.Views(
                pointer, column.Length, data, valid, IpcReaderOptions.Default, column.Type, out bool dirty);
            if (bad >= 0)
            {
                throw column.Error($"View leads outside its buffers in row {bad}");
            }

            if (dirty)
            {
                NativeBuffer clean = allocator.Allocate(column.Length * 16L);
                BodyChecks.CleanViews(pointer, column.Length, data, valid, clean.Pointer);
                views.Release();
                views = clean;
                pointer = clean.Pointer;
            }

            return new ViewArray(column.Type, column.Length, views, (StringView*)pointer, data, validity, bits);
        }
        catch
        {
            views?.Release();
            foreach (NativeBuffer buffer in data)
            {
                buffer.Release();
            }

            throw;
        }
    }

    private ArrayData ReadNested(CColumn column, NativeBuffer? validity, byte* bits, int depth)
    {
        int length = column.Length;
        if (column.Type.Id == TypeId.Struct)
        {
            return new StructArray(column.Type, length, Fields(column, slice: true, depth), validity, bits);
        }

        if (column.Type.Id == TypeId.Dictionary)
        {
            return ReadDictionary(column, validity, bits, depth);
        }

        ArrayData items = Child(column, 0, depth);
        NativeBuffer? offsets = null;
        try
        {
            switch (column.Type.Id)
            {
                case TypeId.FixedSizeList:
                    long size = column.Type.FixedSize;
                    column.Require(items.Length >= (column.Offset + (long)length) * size, "List has too few items");
                    ArrayData slice = items.Slice((int)(column.Offset * size), (int)(length * size), allocator);
                    items.Release();
                    return new FixedSizeListArray(column.Type, length, slice, validity, bits);
                case TypeId.ListView or TypeId.LargeListView:
                    return ReadListView(column, items, validity, bits);
                case TypeId.LargeList:
                    offsets = Offsets(column, 8, out byte* wide);
                    column.Require(
                        BodyChecks.OffsetsAscend((long*)wide, length) && ((long*)wide)[length] <= items.Length,
                        "Offsets do not ascend inside the items");
                    return new LargeListArray(column.Type, length, offsets, (long*)wide, items, validity, bits);
                default:
                    offsets = Offsets(column, 4, out byte* pointer);
                    column.Require(
                        BodyChecks.OffsetsAscend((int*)pointer, length) && ((int*)pointer)[length] <= items.Length,
                        "Offsets do not ascend inside the items");
                    if (column.Type.Id == TypeId.List)
                    {
                        return new ListArray(column.Type, length, offsets, (int*)pointer, items, validity, bits);
                    }

                    column.Require(items.NullCount == 0, "Map has entries that are null");
                    return new MapArray(
                        column.Type, length, offsets, (int*)pointer, (StructArray)items, validity, bits);
            }
        }
        catch
        {
            items.Release();
            offsets?.Release();
            throw;
        }
    }

    private ListViewArray ReadListView(CColumn column, ArrayData items, NativeBuffer? validity, byte* bits)
    {
        int width = column.Type.Id == TypeId.ListView ? 4 : 8;
        NativeBuffer offsets = Cut(column, 1, width, column.Length, out byte* offset);
        NativeBuffer? sizes = null;
        try
        {
            sizes = Cut(column, 2, width, column.Length, out byte* size);
            int bad = width == 4
                ? BodyChecks.RangesInside((int*)offset, (int*)size, column.Length, items.Length)
                : BodyChecks.RangesInside((long*)offset, (long*)size, column.Length, items.Length);
            column.Require(bad < 0, "List leads outside its items");
            return new ListViewArray(
                column.Type, column.Length, offsets, offset, sizes, size, items, validity, bits);
        }
        catch
        {
            offsets.Release();
            sizes?.Release();
            throw;
        }
    }

    private DictionaryArray ReadDictionary(CColumn column, NativeBuffer? validity, byte* bits, int depth)
    {
        DataType index = column.Type.IndexType!;
        NativeBuffer indexes = Cut(column, 1, index.ByteWidth, column.Length, out byte* pointer);
        ArrayData? values = null;
        try
        {
            values = Read(column.Source->Dictionary, column.Type.Children[0].Type, column.Path, depth + 1);
            int bad = BodyChecks.IndexesInside(
                pointer, index, column.Length, values.Length, validity is null ? null : bits);
            column.Require(bad < 0, "Index leads outside its dictionary");
            return new DictionaryArray(column.Type, column.Length, indexes, pointer, values, validity, bits);
        }
        catch
        {
            indexes.Release();
            values?.Release();
            throw;
        }
    }

    private ArrayData ReadWithoutNulls(CColumn column, int depth)
    {
        switch (column.Type.Id)
        {
            case TypeId.Null:
                return new NullArray(column.Length);
            case TypeId.RunEndEncoded:
                ArrayData[] children = Fields(column, slice: false, depth);
                var ends = (FixedWidthArray)children[0];
                if (ends.NullCount != 0 || children[1].Length < ends.Length
                    || !BodyChecks.RunsCover(ends, column.Offset + column.Length))
                {
                    ArrayData.ReleaseAll(children);
                    throw column.Error("Run ends do not ascend to the last row");
                }

                return new RunEndEncodedArray(column.Type, column.Length, ends, children[1], column.Offset);
            default:
                return ReadUnion(column, depth);
        }
    }

    private UnionArray ReadUnion(CColumn column, int depth)
    {
        bool dense = column.Type.Id == TypeId.DenseUnion;
        NativeBuffer codes = Cut(column, 0, 1, column.Length, out byte* code);
        NativeBuffer? offsets = null;
        ArrayData[] fields = [];
        try
        {
            byte* offset = null;
            offsets = dense ? Cut(column, 1, 4, column.Length, out offset) : null;
            fields = Fields(column, slice: !dense, depth);
            int bad = BodyChecks.Union((sbyte*)code, (int*)offset, column.Length, column.Type, fields);
            column.Require(bad < 0, "Union names no child, or no row of it");
            return new UnionArray(column.Type, column.Length, codes, (sbyte*)code, offsets, (int*)offset, fields);
        }
        catch
        {
            codes.Release();
            offsets?.Release();
            ArrayData.ReleaseAll(fields);
            throw;
        }
    }

    /// <summary>Reads all children, cut to the parent's rows where these are the same rows.</summary>
    private ArrayData[] Fields(CColumn column, bool slice, int depth)
    {
        var fields = new ArrayData[column.Type.Children.Count];
        int done = 0;
        try
        {
            for (; done < fields.Length; done++)
            {
                ArrayData whole = Child(column, done, depth);
                if (!slice)
                {
                    fields[done] = whole;
                    continue;
                }

                try
                {
                    column.Require(whole.Length >= column.Offset + (long)column.Length, "Child has too few rows");
                    fields[done] = whole.Slice(column.Offset, column.Length, allocator);
                }
                finally
                {
                    whole.Release();
                }
            }

            return fields;
        }
        catch
        {
            ArrayData.ReleaseAll(fields.AsSpan(0, done));
            throw;
        }
    }

    private ArrayData Child(CColumn column, int index, int depth)
    {
        Field field = column.Type.Children[index];
        return Read(column.Source->Children[index], field.Type, $"{column.Path}.{field.Name}", depth + 1);
    }

    /// <summary>Takes count + 1 offsets; an empty column may leave out its only one.</summary>
    private NativeBuffer Offsets(CColumn column, int width, out byte* pointer)
    {
        if (column.Length > 0 || column.Source->Buffers[1] is not null)
        {
            return Cut(column, 1, width, column.Length + 1L, out pointer);
        }

        NativeBuffer zero = allocator.AllocateZeroed(width);
        pointer = zero.Pointer;
        return zero;
    }

    private NativeBuffer Cut(CColumn column, int index, int width, long count, out byte* pointer)
    {
        pointer = column.Buffer(index, count * width) + ((long)column.Offset * width);
        return owner.Cut(pointer, count * width);
    }

    /// <summary>Takes bits as they are, or copied where the first one stands inside a byte.</summary>
    private NativeBuffer Bits(byte* source, CColumn column, out byte* bits)
    {
        long bytes = (column.Length + 7L) >> 3;
        if ((column.Offset & 7) == 0)
        {
            bits = source + (column.Offset >> 3);
            return owner.Cut(bits, bytes);
        }

        NativeBuffer copy = allocator.Allocate(Bitmap.ByteCount(column.Length));
        Bitmap.Copy(source, column.Offset, copy.Pointer, column.Length);
        copy.Length = bytes;
        bits = copy.Pointer;
        return copy;
    }

    /// <summary>Says which array is being read.</summary>
    private readonly struct CColumn(CArray* source, DataType type, string path, int length, int offset)
    {
        public readonly CArray* Source = source;
        public readonly DataType Type = type;
        public readonly string Path = path;
        public readonly int Length = length;
        public readonly int Offset = offset;

        public byte* Buffer(int index, long bytes) => Source->Buffers[index] is not null || bytes == 0
            ? (byte*)Source->Buffers[index]
            : throw Error($"Buffer {index} is missing");

        public void Require(bool condition, string message)
        {
            if (!condition)
            {
                throw Error(message);
            }
        }

        public CDataException Error(string message) => new($"{message}. Field {Path}: {Type}, {Length} rows.");
    }
}
