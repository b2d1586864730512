using System;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Execution;

/// <summary>Names the ways a register stores its rows.</summary>
internal enum Layout : byte
{
    /// <summary>One bit a row.</summary>
    Bit,

    /// <summary>Signed integers and floats.</summary>
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Int128,

    /// <summary>Text, bytes, or the canonical bytes of a nested value as 16-byte views.</summary>
    View,

    /// <summary>Lists, maps and records of a column: the array itself, never copied by a step.</summary>
    Nested,
}

/// <summary>Answers what follows from a layout.</summary>
internal static class Layouts
{
    public static Layout Of(SqlType type) => type.Id switch
    {
        SqlTypeId.Null or SqlTypeId.Boolean => Layout.Bit,
        SqlTypeId.TinyInt => Layout.Int8,
        SqlTypeId.SmallInt => Layout.Int16,
        SqlTypeId.Integer or SqlTypeId.Date or SqlTypeId.Time or SqlTypeId.IntervalYearMonth => Layout.Int32,
        SqlTypeId.BigInt or SqlTypeId.Timestamp or SqlTypeId.TimestampLtz or SqlTypeId.IntervalDayTime => Layout.Int64,
        SqlTypeId.Float => Layout.Float32,
        SqlTypeId.Double => Layout.Float64,
        SqlTypeId.Decimal => type.Precision <= 18 ? Layout.Int64 : Layout.Int128,
        SqlTypeId.Char or SqlTypeId.VarChar or SqlTypeId.Binary or SqlTypeId.VarBinary => Layout.View,
        SqlTypeId.Array or SqlTypeId.Row or SqlTypeId.Map or SqlTypeId.Multiset => Layout.View,
        _ => throw new NotSupportedException($"Type has no register layout: {type}."),
    };

    /// <summary>Returns how a column of a type is read: nested values stay in their array.</summary>
    public static Layout OfColumn(SqlType type) => type.IsNested ? Layout.Nested : Of(type);

    /// <summary>Returns the bytes of one row; 0 for bits and nested values.</summary>
    public static int Width(Layout layout) => layout switch
    {
        Layout.Int8 => 1,
        Layout.Int16 => 2,
        Layout.Int32 or Layout.Float32 => 4,
        Layout.Int64 or Layout.Float64 => 8,
        Layout.Int128 or Layout.View => 16,
        _ => 0,
    };

    /// <summary>Returns the layout whose rows are <typeparamref name="T"/>.</summary>
    public static Layout Of<T>() =>
        typeof(T) == typeof(bool) ? Layout.Bit
        : typeof(T) == typeof(sbyte) ? Layout.Int8
        : typeof(T) == typeof(short) ? Layout.Int16
        : typeof(T) == typeof(int) ? Layout.Int32
        : typeof(T) == typeof(long) ? Layout.Int64
        : typeof(T) == typeof(float) ? Layout.Float32
        : typeof(T) == typeof(double) ? Layout.Float64
        : typeof(T) == typeof(Int128) ? Layout.Int128
        : typeof(T) == typeof(Utf8) ? Layout.View
        : throw new NotSupportedException($"No layout for {typeof(T)}.");
}
