#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Collections.Generic;
using System.Data;
using System.Globalization;
using System.Linq;
using System.Numerics;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Parameters;

/// <summary>Chooses the Arrow type in which a parameter's values travel.</summary>
internal static class ParameterTypes
{
    /// <summary>Gives the type of ADO.NET that fits a value; objects of no known type are <see cref="DbType.Object"/>.</summary>
    public static DbType DbTypeOf(object? value) => value switch
    {
        null or DBNull => DbType.String,
        bool => DbType.Boolean,
        sbyte => DbType.SByte,
        byte => DbType.Byte,
        short => DbType.Int16,
        ushort => DbType.UInt16,
        int => DbType.Int32,
        uint => DbType.UInt32,
        long => DbType.Int64,
        ulong => DbType.UInt64,
        float => DbType.Single,
        double => DbType.Double,
        decimal or BigInteger => DbType.Decimal,
        string or char => DbType.String,
        Guid => DbType.Guid,
        byte[] or ReadOnlyMemory<byte> or Memory<byte> => DbType.Binary,
        DateOnly => DbType.Date,
        TimeOnly or TimeSpan => DbType.Time,
        DateTime => DbType.DateTime2,
        DateTimeOffset => DbType.DateTimeOffset,
        _ => DbType.Object,
    };

    /// <summary>
    /// Gives the Arrow type for a parameter whose rows have <paramref name="values"/>; decimals get the digits that they need.
    /// </summary>
    /// <exception cref="NotSupportedException">No Arrow type fits.</exception>
    public static DataType Of(ColumnStreamParameter parameter, IReadOnlyList<object?> values)
    {
        if (parameter.DataType is { } given)
        {
            return given;
        }

        object? first = values.FirstOrDefault(v => v is not null and not DBNull);
        if (first is null && parameter.ExplicitDbType is null)
        {
            return DataType.Null;
        }

        DbType type = parameter.ExplicitDbType ?? DbTypeOf(first);
        return type switch
        {
            DbType.Boolean => DataType.Bool,
            DbType.SByte => DataType.Int8,
            DbType.Byte or DbType.Int16 => DataType.Int16,
            DbType.UInt16 or DbType.Int32 => DataType.Int32,
            DbType.UInt32 or DbType.Int64 => DataType.Int64,
            DbType.UInt64 => DataType.Decimal128(20, 0),
            DbType.Single => DataType.Float32,
            DbType.Double => DataType.Float64,
            DbType.Decimal or DbType.VarNumeric or DbType.Currency => DecimalOf(parameter, values),
            DbType.String or DbType.AnsiString or DbType.StringFixedLength or DbType.AnsiStringFixedLength
                or DbType.Xml or DbType.Guid =>
                DataType.Utf8,
            DbType.Binary => DataType.Binary,
            DbType.Date => DataType.Date32,
            DbType.Time => DataType.Time64(TimeUnit.Nanosecond),
            DbType.DateTime or DbType.DateTime2 => first is DateTime { Kind: DateTimeKind.Utc }
                ? DataType.Timestamp(TimeUnit.Microsecond, "UTC")
                : DataType.Timestamp(TimeUnit.Microsecond),
            DbType.DateTimeOffset => DataType.Timestamp(TimeUnit.Microsecond, "UTC"),
            _ => throw new NotSupportedException(
                $"Parameter '{parameter.ParameterName}' has a value of a type that cannot be sent: "
                + $"{first?.GetType().Name ?? type.ToString()}."),
        };
    }

    /// <summary>
    /// Gives the Arrow type for a column whose values are of a type of .NET; decimals without digits get 38, ten of them behind the
    /// point.
    /// </summary>
    /// <exception cref="NotSupportedException">No Arrow type fits.</exception>
    public static DataType Of(Type type, int? precision, int? scale) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(bool) => DataType.Bool,
        var t when t == typeof(sbyte) => DataType.Int8,
        var t when t == typeof(byte) || t == typeof(short) => DataType.Int16,
        var t when t == typeof(ushort) || t == typeof(int) => DataType.Int32,
        var t when t == typeof(uint) || t == typeof(long) => DataType.Int64,
        var t when t == typeof(ulong) => DataType.Decimal128(20, 0),
        var t when t == typeof(float) => DataType.Float32,
        var t when t == typeof(double) => DataType.Float64,
        var t when t == typeof(decimal) || t == typeof(BigInteger) =>
            DataType.Decimal128(precision is > 0 and <= 38 ? precision.Value : 38, precision is > 0 and <= 38 ? scale ?? 0 : 10),
        var t when t == typeof(string) || t == typeof(char) || t == typeof(Guid) => DataType.Utf8,
        var t when t == typeof(byte[]) || t == typeof(ReadOnlyMemory<byte>) || t == typeof(Memory<byte>) => DataType.Binary,
        var t when t == typeof(DateOnly) => DataType.Date32,
        var t when t == typeof(TimeOnly) || t == typeof(TimeSpan) => DataType.Time32(TimeUnit.Millisecond),
        var t when t == typeof(DateTime) => DataType.Timestamp(TimeUnit.Microsecond),
        var t when t == typeof(DateTimeOffset) => DataType.Timestamp(TimeUnit.Microsecond, "UTC"),
        { IsArray: true } t when t.GetArrayRank() == 1 => DataType.List(new Field("item", Of(t.GetElementType()!, null, null))),
        { IsGenericType: true } t when t.GetGenericTypeDefinition() == typeof(List<>) =>
            DataType.List(new Field("item", Of(t.GetGenericArguments()[0], null, null))),
        { IsGenericType: true } t when t.GetGenericTypeDefinition() == typeof(Dictionary<,>) =>
            DataType.Map(Of(t.GetGenericArguments()[0], null, null), Of(t.GetGenericArguments()[1], null, null)),
        var t => throw new NotSupportedException($"Values of the type {t.Name} cannot be sent as a column."),
    };

    private static DataType DecimalOf(ColumnStreamParameter parameter, IReadOnlyList<object?> values)
    {
        if (parameter.Precision > 0)
        {
            return DataType.Decimal128(Math.Min((int)parameter.Precision, 38), parameter.Scale);
        }

        int whole = 1;
        int fraction = 0;
        foreach (object? value in values)
        {
            if (value is not null and not DBNull)
            {
                string text = Convert.ToString(value, CultureInfo.InvariantCulture)!.TrimStart('-');
                int dot = text.IndexOf('.', StringComparison.Ordinal);
                whole = Math.Max(whole, dot < 0 ? text.Length : dot);
                fraction = Math.Max(fraction, dot < 0 ? 0 : text.Length - dot - 1);
            }
        }

        return DataType.Decimal128(Math.Min(whole + fraction, 38), fraction);
    }
}
