using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Adds columns, children included, to a body; arrays are written from where they stand. One thread.</summary>
internal sealed unsafe class ColumnEncoder(
    BodyLayout body, DictionaryLedger dictionaries, BufferAllocator allocator, IpcWriterOptions options)
{
    /// <summary>Adds a column of the given stored field.</summary>
    public void Add(Field field, ArrayData array)
    {
        int nulls = array is UnionArray or RunEndEncodedArray ? 0 : array.NullCount;
        body.AddNode(array.Length, nulls);
        switch (array)
        {
            case NullArray:
                return;
            case UnionArray a:
                AddUnion(field, a);
                return;
            case RunEndEncodedArray a:
                AddRuns(field, a);
                return;
            default:
                body.AddRegion(array.Validity, nulls == 0 ? 0 : (array.Length + 7L) >> 3);
                break;
        }

        switch (array)
        {
            case FixedWidthArray a when a.Type.Id == TypeId.Decimal64 && !options.KeepDecimal64:
                AddWidened(a);
                break;
            case FixedWidthArray a:
                body.AddRegion(a.Pointer, (long)a.Length * a.ByteWidth);
                break;
            case BooleanArray a:
                body.AddRegion(a.Bits, (a.Length + 7L) >> 3);
                break;
            case ViewArray a:
                AddViews(a);
                break;
            case BinaryArray a:
                AddBinary(a);
                break;
            case LargeBinaryArray a:
                AddOffsets(a.Offsets, a.Length);
                body.AddRegion(a.Data + a.Offsets[0], a.Offsets[a.Length] - a.Offsets[0]);
                break;
            case DictionaryArray a:
                AddIndexes(field, a);
                break;
            default:
                AddNested(field, array);
                break;
        }
    }

    private void AddNested(Field field, ArrayData array)
    {
        ValueList<Field> children = field.Type.Children;
        switch (array)
        {
            case ListArray a:
                AddOffsets(a.Offsets, a.Length);
                Add(children[0], Slice(a.Items, a.Offsets[0], a.Offsets[a.Length] - a.Offsets[0]));
                break;
            case MapArray a:
                AddOffsets(a.Offsets, a.Length);
                Add(children[0], Slice(a.Entries, a.Offsets[0], a.Offsets[a.Length] - a.Offsets[0]));
                break;
            case LargeListArray a:
                AddOffsets(a.Offsets, a.Length);
                Add(children[0], Slice(a.Items, (int)a.Offsets[0], (int)(a.Offsets[a.Length] - a.Offsets[0])));
                break;
            case ListViewArray a:
                AddListViews(children[0], a);
                break;
            case FixedSizeListArray a:
                Add(children[0], a.Items);
                break;
            case StructArray a:
                for (int i = 0; i < children.Count; i++)
                {
                    Add(children[i], a.Fields[i]);
                }

                break;
            default:
                throw new NotSupportedException($"Type has no wire form: {array.Type}.");
        }
    }

    private void AddViews(ViewArray array)
    {
        if (!options.TextAsViews)
        {
            AddBinary(body.Keep(TextLayout.ToOffsets(array, allocator)));
            return;
        }

        if (!ViewCompactor.IsDense(array))
        {
            array = body.Keep(ViewCompactor.Compact(array, allocator));
        }

        body.AddRegion((byte*)array.Pointer, array.Length * 16L);
        body.AddViewCount(array.Data.Length);
        foreach (NativeBuffer data in array.Data)
        {
            body.AddRegion(data.Pointer, data.Length);
        }
    }

    private void AddBinary(BinaryArray array)
    {
        AddOffsets(array.Offsets, array.Length);
        body.AddRegion(array.Data + array.Offsets[0], array.Offsets[array.Length] - array.Offsets[0]);
    }

    /// <summary>Adds offsets that begin at 0, copied if they do not.</summary>
    private void AddOffsets<T>(T* offsets, int length)
        where T : unmanaged, IBinaryInteger<T>
    {
        long bytes = (length + 1L) * sizeof(T);
        if (T.IsZero(offsets[0]))
        {
            body.AddRegion((byte*)offsets, bytes);
            return;
        }

        var moved = (T*)body.Scratch(bytes);
        T first = offsets[0];
        for (int i = 0; i <= length; i++)
        {
            moved[i] = offsets[i] - first;
        }

        body.AddRegion((byte*)moved, bytes);
    }

    private void AddListViews(Field item, ListViewArray array)
    {
        long bytes = (long)array.Length * array.OffsetWidth;
        (int start, int count) = ListConcat.UsedItems(array);
        byte* offsets = array.OffsetsPointer;
        byte* sizes = array.SizesPointer;
        if (count != array.Items.Length)
        {
            offsets = body.Scratch(bytes);
            sizes = body.Scratch(bytes);
            ListConcat.CopyRanges(array, -(long)start, offsets, sizes);
        }

        body.AddRegion(offsets, bytes);
        body.AddRegion(sizes, bytes);
        Add(item, Slice(array.Items, start, count));
    }

    private void AddUnion(Field field, UnionArray array)
    {
        array = body.Keep(UnionConcat.Compact(array, allocator));
        body.AddRegion((byte*)array.Codes, array.Length);
        if (array.Offsets is not null)
        {
            body.AddRegion((byte*)array.Offsets, array.Length * 4L);
        }

        for (int i = 0; i < array.Fields.Length; i++)
        {
            Add(field.Type.Children[i], array.Fields[i]);
        }
    }

    private void AddRuns(Field field, RunEndEncodedArray array)
    {
        RunTake.Trim(array, allocator, out FixedWidthArray ends, out ArrayData values);
        Add(field.Type.Children[0], body.Keep(ends));
        Add(field.Type.Children[1], body.Keep(values));
    }

    private void AddIndexes(Field field, DictionaryArray array)
    {
        int shift = dictionaries.ShiftOf(field.DictionaryId!.Value, array.Dictionary);
        long bytes = (long)array.Length * array.IndexWidth;
        byte* indexes = array.Pointer;
        if (shift != 0)
        {
            DataType index = array.Type.IndexType!;
            if ((long)shift + array.Dictionary.Length - 1 > DictionaryBuilder.MostIndex(index))
            {
                throw new OverflowException(
                    $"Dictionaries of all batches together exceed the index type: {shift + (long)array.Dictionary.Length} "
                    + $"values, {index}. Field {field.Name}.");
            }

            indexes = body.Scratch(bytes);
            DictionaryConcat.CopyIndexes(array, shift, indexes);
        }

        body.AddRegion(indexes, bytes);
    }

    private void AddWidened(FixedWidthArray array)
    {
        var wide = (long*)body.Scratch(array.Length * 16L);
        ReadOnlySpan<long> values = array.Values<long>();
        for (int i = 0; i < values.Length; i++)
        {
            wide[2 * i] = values[i];
            wide[(2 * i) + 1] = values[i] >> 63;
        }

        body.AddRegion((byte*)wide, array.Length * 16L);
    }

    private ArrayData Slice(ArrayData array, int offset, int length) => offset == 0 && length == array.Length
        ? array
        : body.Keep(array.Slice(offset, length, allocator));
}
