using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Chooses the reader of a column by its type.</summary>
internal static class ColumnReaders
{
    /// <summary>Makes the reader of <paramref name="field"/>; dictionaries and runs are read through to their values.</summary>
    public static ColumnReader Of(Field field, int ordinal) => field.Type.Id switch
    {
        TypeId.Bool => new BooleanReader(field, ordinal),
        TypeId.Int8 => new NumberReader<sbyte>(field, ordinal),
        TypeId.Int16 => new NumberReader<short>(field, ordinal),
        TypeId.Int32 => new NumberReader<int>(field, ordinal),
        TypeId.Int64 => new NumberReader<long>(field, ordinal),
        TypeId.UInt8 => new NumberReader<byte>(field, ordinal),
        TypeId.UInt16 => new NumberReader<ushort>(field, ordinal),
        TypeId.UInt32 => new NumberReader<uint>(field, ordinal),
        TypeId.UInt64 => new NumberReader<ulong>(field, ordinal),
        TypeId.Float16 => new NumberReader<Half>(field, ordinal),
        TypeId.Float32 => new NumberReader<float>(field, ordinal),
        TypeId.Float64 => new NumberReader<double>(field, ordinal),
        TypeId.Decimal32 or TypeId.Decimal64 or TypeId.Decimal128 or TypeId.Decimal256 => new DecimalReader(field, ordinal),
        TypeId.Utf8 or TypeId.LargeUtf8 or TypeId.Utf8View => new StringReader(field, ordinal),
        TypeId.Binary or TypeId.LargeBinary or TypeId.BinaryView or TypeId.FixedSizeBinary => new BytesReader(field, ordinal),
        TypeId.Date32 or TypeId.Date64 => new DateReader(field, ordinal),
        TypeId.Time32 or TypeId.Time64 => new TimeReader(field, ordinal),
        TypeId.Timestamp => new TimestampReader(field, ordinal),
        TypeId.Duration or TypeId.IntervalDayTime => new DurationReader(field, ordinal),
        TypeId.List or TypeId.LargeList or TypeId.ListView or TypeId.LargeListView or TypeId.FixedSizeList =>
            new ArrayReader(field, ordinal),
        TypeId.Struct => new RecordReader(field, ordinal),
        TypeId.Map => new MapReader(field, ordinal),
        _ => new PrintedReader(field, ordinal),
    };
}
