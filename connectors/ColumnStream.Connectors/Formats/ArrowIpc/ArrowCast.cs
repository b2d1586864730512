using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.ArrowIpc;

/// <summary>Turns a file's column into the declared type where every value stays the same; timestamps are cut to their precision.</summary>
internal static unsafe class ArrowCast
{
    /// <summary>Tells whether <see cref="Run"/> takes the pair.</summary>
    public static bool CanCast(DataType from, DataType to)
    {
        if (from.Id == TypeId.Null)
        {
            return true;
        }

        return to.Id switch
        {
            TypeId.Int16 => from.Id is TypeId.Int16 or TypeId.Int8 or TypeId.UInt8,
            TypeId.Int32 => from.Id is TypeId.Int32 || IsNarrow(from.Id),
            TypeId.Int64 => from.Id is TypeId.Int64 or TypeId.Int32 or TypeId.UInt32 || IsNarrow(from.Id),
            TypeId.Float32 => from.Id is TypeId.Float32 || IsNarrow(from.Id),
            TypeId.Float64 => from.Id is TypeId.Float64 or TypeId.Float32 or TypeId.Int32 or TypeId.UInt32 || IsNarrow(from.Id),
            TypeId.Decimal64 or TypeId.Decimal128 => from.Id is TypeId.Decimal64 or TypeId.Decimal128
                && from.Scale <= to.Scale && from.Precision - from.Scale <= to.Precision - to.Scale,
            TypeId.Date32 => from.Id is TypeId.Date32 or TypeId.Date64,
            TypeId.Time32 => from.Id is TypeId.Time32 or TypeId.Time64,
            TypeId.Timestamp => from.Id == TypeId.Timestamp && (from.Timezone is null) == (to.Timezone is null),
            TypeId.List => from.Id == TypeId.List && CanCast(from.Children[0].Type, to.Children[0].Type),
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
            case ListArray list:
                ArrayData items = Run(list.Items, to.Children[0].Type, allocator);
                NativeBuffer offsets = allocator.Allocate((count + 1) * 4L);
                new ReadOnlySpan<int>(list.Offsets, count + 1).CopyTo(new Span<int>(offsets.Pointer, count + 1));
                return new ListArray(to, count, offsets, items, Bits(array, allocator));
            case FixedWidthArray values:
                NativeBuffer target = allocator.Allocate(Math.Max(1, (long)count * to.ByteWidth));
                target.Length = (long)count * to.ByteWidth;
                Convert(values, target.Pointer, to);
                return new FixedWidthArray(to, count, target, Bits(array, allocator));
            default:
                throw new InvariantException(9001, $"Cast was not checked: {array.Type}, {to}.");
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
                    ((float*)target)[i] = Integer(values, i);
                    break;
                case TypeId.Float64:
                    ((double*)target)[i] = values.Type.Id == TypeId.Float32 ? ((float*)values.Pointer)[i] : Integer(values, i);
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

    private static Int128 Unscaled(FixedWidthArray values, int i) =>
        values.IsNull(i) ? 0 : values.Type.Id == TypeId.Decimal64 ? ((long*)values.Pointer)[i] : ((Int128*)values.Pointer)[i];

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
