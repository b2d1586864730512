using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;

namespace ColumnStream.Tests.Compute.Nested;

/// <summary>
/// Makes random nested types and values as plain objects: null, long, double, bool, string, Int128; a list for arrays,
/// an object[] for rows, a list of pairs for maps.
/// </summary>
internal sealed class NestedModel(Random random)
{
    private static readonly SqlType[] Leaves =
    [
        SqlType.Integer, SqlType.BigInt, SqlType.TinyInt, SqlType.SmallInt, SqlType.String, SqlType.Double, SqlType.Boolean,
        SqlType.Decimal(30, 2), SqlType.Decimal(10, 0),
    ];

    /// <summary>Gets whether maps are written in an order of chance; columns that pass through keep it.</summary>
    public bool Shuffles { get; init; } = true;

    public SqlType Type(int depth) => depth == 0 || random.Next(4) == 0
        ? Leaves[random.Next(Leaves.Length)]
        : Nested(depth);

    public SqlType Nested(int depth) => random.Next(4) switch
    {
        0 => SqlType.Array(Type(depth - 1)),
        1 => SqlType.Map(Leaves[random.Next(Leaves.Length - 4)].WithNullable(false), Type(depth - 1)),
        2 => SqlType.Multiset(Leaves[random.Next(Leaves.Length - 4)].WithNullable(false)),
        _ => SqlType.Row(ValueList.From(
            Enumerable.Range(0, random.Next(5) == 0 ? 10 : random.Next(1, 5)).Select(i => new SqlField("f" + i, Type(depth - 1))))),
    };

    public object? Value(SqlType type, bool canBeNull = true)
    {
        if (canBeNull && type.Nullable && random.Next(5) == 0)
        {
            return null;
        }

        return type.Id switch
        {
            SqlTypeId.Array => Enumerable.Range(0, Count()).Select(_ => Value(type.Element!)).ToList(),
            SqlTypeId.Row => type.Fields.Select(f => Value(f.Type)).ToArray(),
            SqlTypeId.Map => Entries(type.Key!, () => Value(type.Value!)),
            SqlTypeId.Multiset => Entries(type.Element!, () => (long)random.Next(1, 4)),
            SqlTypeId.Boolean => random.Next(2) == 0,
            SqlTypeId.Double => random.Next(6) switch { 0 => double.NaN, 1 => 0.0, _ => random.Next(-3, 4) / 2.0 },
            SqlTypeId.Decimal when type.Precision > 18 => (Int128)random.Next(-500, 500),
            SqlTypeId.VarChar => new string((char)('a' + random.Next(4)), random.Next(5) == 0 ? 20 : random.Next(1, 4)),
            _ => (long)random.Next(-4, 5),
        };
    }

    /// <summary>Appends a value; maps in any order.</summary>
    public void Append(ColumnBuilder builder, SqlType type, object? value)
    {
        if (value is null)
        {
            builder.AppendNull();
            return;
        }

        switch (builder)
        {
            case ListBuilder list:
                ((List<object?>)value).ForEach(item => Append(list.Items, type.Element!, item));
                list.AppendList();
                break;
            case MapBuilder map:
                foreach ((object key, object? item) in ((List<(object, object?)>)value).OrderBy(_ => Shuffles ? random.Next() : 0).ToList())
                {
                    Append(map.Keys, type.Key ?? type.Element!, key);
                    Append(map.Values, type.Value ?? SqlType.Integer, item);
                }

                map.AppendMap();
                break;
            case StructBuilder record:
                for (int i = 0; i < record.Fields.Length; i++)
                {
                    Append(record.Fields[i], type.Fields[i].Type, ((object?[])value)[i]);
                }

                record.AppendStruct();
                break;
            case BooleanBuilder bits:
                bits.Append((bool)value);
                break;
            case ViewBuilder text:
                text.Append(Encoding.UTF8.GetBytes((string)value));
                break;
            default:
                AppendNumber((FixedWidthBuilder)builder, value);
                break;
        }
    }

    public ArrayData Column(SqlType type, IEnumerable<object?> values, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type.ToArrow(), allocator, 16);
        foreach (object? value in values)
        {
            Append(builder, type, value);
        }

        return builder.Finish();
    }

    /// <summary>Writes a value as results are printed, maps in order of their keys.</summary>
    public static string Print(SqlType type, object? value) => value switch
    {
        null => "NULL",
        List<object?> list => "[" + string.Join(", ", list.Select(item => Print(type.Element!, item))) + "]",
        object?[] row => "(" + string.Join(", ", row.Select((item, i) => Print(type.Fields[i].Type, item))) + ")",
        List<(object Key, object? Value)> map => "{" + string.Join(", ", map.Select(e =>
            Print(type.Key ?? type.Element!, e.Key) + "=" + Print(type.Value ?? SqlType.Integer, e.Value))) + "}",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("0.0###", CultureInfo.InvariantCulture),
        Int128 or long when type.Id == SqlTypeId.Decimal && type.Scale == 2 =>
            ((decimal)(double)Convert.ToInt64(value.ToString(), CultureInfo.InvariantCulture) / 100)
                .ToString("0.00", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Prints a row of a column.</summary>
    public static string Print(SqlType type, ArrayData column, int row)
    {
        var text = new ArrayBufferWriter<byte>();
        RowText.Append(text, column, row, type, "NULL"u8);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void AppendNumber(FixedWidthBuilder builder, object value)
    {
        switch (builder.Type.ByteWidth)
        {
            case 1:
                builder.Append((sbyte)(long)value);
                break;
            case 2:
                builder.Append((short)(long)value);
                break;
            case 4:
                builder.Append((int)(long)value);
                break;
            case 16:
                builder.Append((Int128)value);
                break;
            default:
                if (value is double number)
                {
                    builder.Append(number);
                }
                else
                {
                    builder.Append((long)value);
                }

                break;
        }
    }

    private int Count() => random.Next(8) == 0 ? random.Next(40) : random.Next(4);

    private List<(object, object?)> Entries(SqlType key, Func<object?> value) =>
        [.. Enumerable.Range(0, Count()).Select(_ => Value(key, canBeNull: false)!).Distinct()
            .OrderBy(k => k as string, StringComparer.Ordinal).ThenBy(k => k as long? ?? 0)
            .Select(k => (k, value()))];
}
