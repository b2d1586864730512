using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.ArrowIpc;

/// <summary>
/// Turns a column of a file or a client into the declared type where every value stays the same; points in time are cut to their precision.
/// </summary>
public static unsafe class ArrowCast
{
    /// <summary>Tells whether <see cref="Run"/> takes the pair.</summary>
    public static bool CanCast(DataType from, DataType to)
    {
        switch (from.Id)
        {
            case TypeId.Null:
                return true;
            case TypeId.Dictionary:
                return CanCast(from.Children[0].Type, to);
            case TypeId.RunEndEncoded:
                return CanCast(from.Children[1].Type, to);
            default:
                break;
        }

        return to.Id switch
        {
            TypeId.Int16 => from.Id is TypeId.Int16 or TypeId.Int8 or TypeId.UInt8,
            TypeId.Int32 => from.Id is TypeId.Int32 || IsNarrow(from.Id),
            TypeId.Int64 => from.Id is TypeId.Int64 or TypeId.Int32 or TypeId.UInt32 || IsNarrow(from.Id),
            TypeId.Float32 => from.Id is TypeId.Float32 or TypeId.Float16 || IsNarrow(from.Id),
            TypeId.Float64 => from.Id is TypeId.Float64 or TypeId.Float32 or TypeId.Float16 or TypeId.Int32 or TypeId.UInt32
                || IsNarrow(from.Id),
            TypeId.Decimal64 or TypeId.Decimal128 => CanCastDecimal(from, to),
            TypeId.BinaryView => from.Id is TypeId.BinaryView or TypeId.FixedSizeBinary,
            TypeId.Date32 => from.Id is TypeId.Date32 or TypeId.Date64,
            TypeId.Time32 => from.Id is TypeId.Time32 or TypeId.Time64,
            TypeId.Timestamp => from.Id == TypeId.Timestamp && (from.Timezone is null) == (to.Timezone is null),
            TypeId.List => from.Id is TypeId.List or TypeId.LargeList or TypeId.ListView or TypeId.LargeListView
                    or TypeId.FixedSizeList && CanCast(from.Children[0].Type, to.Children[0].Type),
            TypeId.Map => from.Id == TypeId.Map && CanCast(from.KeyField.Type, to.KeyField.Type)
                && CanCast(from.ValueField.Type, to.ValueField.Type),
            TypeId.Struct => from.Id == TypeId.Struct && CanCastFields(from, to),
            _ => from == to,
        };
    }

    /// <summary>Makes an array of type <paramref name="to"/>, owned by the caller; the input is borrowed.</summary>
    public static ArrayData Run(ArrayData array, DataType to, BufferAllocator allocator)
    {
        if (array.Type == to)
        {
            return array.Retain();
        }

        if (array is NullArray)
        {
            using var nulls = Arrow.Builders.ColumnBuilder.Create(to, allocator, array.Length);
            for (int i = 0; i < array.Length; i++)
            {
                nulls.AppendNull();
            }

            return nulls.Finish();
        }

        int count = array.Length;
        switch (array)
        {
            case StructArray record:
                return Fields(record, to, allocator);
            case DictionaryArray or RunEndEncodedArray:
                return Decoded(array, to, allocator);
            case ListArray or LargeListArray or ListViewArray or FixedSizeListArray or MapArray:
                return Lists(array, to, allocator);
            case FixedWidthArray bytes when to.Id == TypeId.BinaryView:
                return Views(bytes, allocator);
            case FixedWidthArray values:
                NativeBuffer target = allocator.Allocate(Math.Max(1, (long)count * to.ByteWidth));
                target.Length = (long)count * to.ByteWidth;
                Convert(values, target.Pointer, to);
                return new FixedWidthArray(to, count, target, Bits(array, allocator));
            default:
                throw new InvariantException(9001, $"Cast was not checked: {array.Type}, {to}.");
        }
    }

    /// <summary>Tells whether any row has no value, be it by its dictionary's or its run's.</summary>
    public static bool HasNulls(ArrayData array)
    {
        if (array is not (DictionaryArray or RunEndEncodedArray))
        {
            return array.NullCount != 0;
        }

        for (int i = 0; i < array.Length; i++)
        {
            if (ArrayEquality.IsNullValue(array, i))
            {
                return true;
            }
        }

        return false;
    }

    private static bool CanCastDecimal(DataType from, DataType to)
    {
        int whole = to.Precision - to.Scale;
        return from.Id switch
        {
            TypeId.Decimal32 or TypeId.Decimal64 or TypeId.Decimal128 or TypeId.Decimal256 =>
                from.Scale <= to.Scale && from.Precision - from.Scale <= whole,
            TypeId.Int8 or TypeId.UInt8 => whole >= 3,
            TypeId.Int16 or TypeId.UInt16 => whole >= 5,
            TypeId.Int32 or TypeId.UInt32 => whole >= 10,
            TypeId.Int64 => whole >= 19,
            TypeId.UInt64 => whole >= 20,
            _ => false,
        };
    }

    private static ArrayData Decoded(ArrayData array, DataType to, BufferAllocator allocator)
    {
        ArrayData flat = array is DictionaryArray dictionary
            ? dictionary.Decode(allocator)
            : ((RunEndEncodedArray)array).Decode(allocator);
        try
        {
            return Run(flat, to, allocator);
        }
        finally
        {
            flat.Release();
        }
    }

    /// <summary>Gathers the items of all rows in their order and casts them.</summary>
    private static ArrayData Lists(ArrayData array, DataType to, BufferAllocator allocator)
    {
        int count = array.Length;
        var rows = new System.Collections.Generic.List<int>();
        NativeBuffer offsets = allocator.Allocate((count + 1) * 4L);
        ArrayData? gathered = null;
        try
        {
            var ends = (int*)offsets.Pointer;
            ends[0] = 0;
            for (int i = 0; i < count; i++)
            {
                ListRows.TryFind(array, i, out _, out int start, out int size);
                for (int k = 0; k < size && !array.IsNull(i); k++)
                {
                    rows.Add(start + k);
                }

                ends[i + 1] = rows.Count;
            }

            var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows);
            gathered = TakeKernel.Take(array.Children[0], span, allocator);
            return to.Id == TypeId.Map
                ? new MapArray(to, count, offsets, Entries((StructArray)gathered, to, allocator), Bits(array, allocator))
                : new ListArray(to, count, offsets, Run(gathered, to.Children[0].Type, allocator), Bits(array, allocator));
        }
        catch
        {
            offsets.Release();
            throw;
        }
        finally
        {
            gathered?.Release();
        }
    }

    /// <summary>Casts keys and values by place: a map's fields may have any names.</summary>
    private static StructArray Entries(StructArray entries, DataType to, BufferAllocator allocator)
    {
        ArrayData keys = Run(entries.Fields[0], to.KeyField.Type, allocator);
        try
        {
            ArrayData values = Run(entries.Fields[1], to.ValueField.Type, allocator);
            return new StructArray(to.Children[0].Type, entries.Length, [keys, values], null);
        }
        catch
        {
            keys.Release();
            throw;
        }
    }

    private static ViewArray Views(FixedWidthArray bytes, BufferAllocator allocator)
    {
        int count = bytes.Length;
        int width = bytes.ByteWidth;
        NativeBuffer offsets = allocator.Allocate((count + 1) * 8L);
        for (int i = 0; i <= count; i++)
        {
            ((long*)offsets.Pointer)[i] = (long)i * width;
        }

        var large = new LargeBinaryArray(
            DataType.LargeBinary,
            count,
            offsets,
            (long*)offsets.Pointer,
            bytes.ValuesBuffer.Retain(),
            bytes.Pointer,
            bytes.ValidityBuffer?.Retain(),
            bytes.Validity);
        try
        {
            return TextLayout.ToViews(large, allocator);
        }
        finally
        {
            large.Release();
        }
    }

    private static StructArray Fields(StructArray record, DataType to, BufferAllocator allocator)
    {
        var fields = new ArrayData[to.Children.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = Run(record.Fields[IndexOf(record.Type, to.Children[i].Name)], to.Children[i].Type, allocator);
        }

        return new StructArray(to, record.Length, fields, Bits(record, allocator));
    }

    private static NativeBuffer? Bits(ArrayData array, BufferAllocator allocator)
    {
        if (array.Validity is null)
        {
            return null;
        }

        NativeBuffer copy = allocator.Allocate(Bitmap.ByteCount(array.Length));
        Bitmap.Copy(array.Validity, 0, copy.Pointer, array.Length);
        copy.Length = (array.Length + 7) >> 3;
        return copy;
    }

    private static void Convert(FixedWidthArray values, byte* target, DataType to)
    {
        int count = values.Length;
        for (int i = 0; i < count; i++)
        {
            switch (to.Id)
            {
                case TypeId.Int16:
                    ((short*)target)[i] = (short)Integer(values, i);
                    break;
                case TypeId.Int32:
                    ((int*)target)[i] = (int)Integer(values, i);
                    break;
                case TypeId.Int64:
                    ((long*)target)[i] = Integer(values, i);
                    break;
                case TypeId.Float32:
                    ((float*)target)[i] = values.Type.Id == TypeId.Float16
                        ? (float)((Half*)values.Pointer)[i] : Integer(values, i);
                    break;
                case TypeId.Float64:
                    ((double*)target)[i] = values.Type.Id switch
                    {
                        TypeId.Float16 => (double)((Half*)values.Pointer)[i],
                        TypeId.Float32 => ((float*)values.Pointer)[i],
                        _ => Integer(values, i),
                    };
                    break;
                case TypeId.Decimal64:
                    ((long*)target)[i] = (long)(Unscaled(values, i) * Powers.Ten(to.Scale - values.Type.Scale));
                    break;
                case TypeId.Decimal128:
                    ((Int128*)target)[i] = Unscaled(values, i) * Powers.Ten(to.Scale - values.Type.Scale);
                    break;
                case TypeId.Date32:
                    ((int*)target)[i] = (int)CivilDate.FloorDiv(((long*)values.Pointer)[i], CivilDate.MillisPerDay);
                    break;
                case TypeId.Time32:
                    ((int*)target)[i] = (int)Rescale(Clock(values, i), values.Type.Unit, to.Unit);
                    break;
                default:
                    bool isNull = values.IsNull(i);
                    ((long*)target)[i] = isNull ? 0 : Rescale(((long*)values.Pointer)[i], values.Type.Unit, to.Unit);
                    break;
            }
        }
    }

    private static long Clock(FixedWidthArray values, int i) =>
        values.ByteWidth == 4 ? ((int*)values.Pointer)[i] : ((long*)values.Pointer)[i];

    private static Int128 Unscaled(FixedWidthArray values, int i)
    {
        if (values.IsNull(i))
        {
            return 0;
        }

        switch (values.Type.Id)
        {
            case TypeId.Decimal32:
                return ((int*)values.Pointer)[i];
            case TypeId.Decimal64:
                return ((long*)values.Pointer)[i];
            case TypeId.Decimal128:
                return ((Int128*)values.Pointer)[i];
            case TypeId.Decimal256:
                Int128 low = ((Int128*)values.Pointer)[2 * i];
                Int128 high = ((Int128*)values.Pointer)[(2 * i) + 1];
                return high == low >> 127
                    ? low
                    : throw new UserException(FormatErrors.BadRecord, $"Decimal exceeds its precision: {values.Type}.");
            case TypeId.UInt64:
                return ((ulong*)values.Pointer)[i];
            default:
                return Integer(values, i);
        }
    }

    private static long Integer(FixedWidthArray values, int i) => values.Type.Id switch
    {
        TypeId.Int8 => ((sbyte*)values.Pointer)[i],
        TypeId.UInt8 => values.Pointer[i],
        TypeId.Int16 => ((short*)values.Pointer)[i],
        TypeId.UInt16 => ((ushort*)values.Pointer)[i],
        TypeId.Int32 => ((int*)values.Pointer)[i],
        TypeId.UInt32 => ((uint*)values.Pointer)[i],
        _ => ((long*)values.Pointer)[i],
    };

    private static long Rescale(long value, TimeUnit from, TimeUnit to)
    {
        long source = TimestampText.PerSecond(from);
        long target = TimestampText.PerSecond(to);
        if (source >= target)
        {
            return CivilDate.FloorDiv(value, source / target);
        }

        Int128 wide = (Int128)value * (target / source);
        return wide == (long)wide
            ? (long)wide
            : throw new UserException(FormatErrors.BadRecord, $"Timestamp is outside the range of the declared type: {value}.");
    }

    private static bool IsNarrow(TypeId id) => id is TypeId.Int8 or TypeId.Int16 or TypeId.UInt8 or TypeId.UInt16;

    private static bool CanCastFields(DataType from, DataType to)
    {
        foreach (Field field in to.Children)
        {
            int place = IndexOf(from, field.Name);
            if (place < 0 || !CanCast(from.Children[place].Type, field.Type))
            {
                return false;
            }
        }

        return true;
    }

    private static int IndexOf(DataType record, string name)
    {
        for (int i = 0; i < record.Children.Count; i++)
        {
            if (record.Children[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}
