using System;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Server.Session;

/// <summary>Turns rows of Arrow columns into the constants that stand for parameters.</summary>
internal static class ParameterReader
{
    /// <summary>Reads one row.</summary>
    /// <param name="batch">A column a parameter, in their order.</param>
    /// <param name="row">The row.</param>
    /// <exception cref="UserException">A column has a type that no parameter can have.</exception>
    public static ValueList<LiteralExpression> Read(RecordBatch batch, int row)
    {
        var values = new LiteralExpression[batch.Columns.Length];
        for (int i = 0; i < values.Length; i++)
        {
            SqlType type = TypeOf(batch.Columns[i].Type, i);
            values[i] = batch.Columns[i].IsNull(row) || type.Id == SqlTypeId.Null
                ? new LiteralExpression(null, type)
                : new LiteralExpression(Text(batch.Columns[i], type, row, i), type.WithNullable(false));
        }

        return ValueList.Create<LiteralExpression>(values);
    }

    /// <summary>Returns the SQL type of an Arrow type.</summary>
    public static SqlType TypeOf(DataType type, int index) => type.Id switch
    {
        TypeId.Null => SqlType.Null,
        TypeId.Bool => SqlType.Boolean,
        TypeId.Int8 => SqlType.TinyInt,
        TypeId.Int16 or TypeId.UInt8 => SqlType.SmallInt,
        TypeId.Int32 or TypeId.UInt16 => SqlType.Integer,
        TypeId.Int64 or TypeId.UInt32 => SqlType.BigInt,
        TypeId.UInt64 => SqlType.Decimal(20, 0),
        TypeId.Float32 => SqlType.Float,
        TypeId.Float64 => SqlType.Double,
        TypeId.Decimal64 or TypeId.Decimal128 => SqlType.Decimal(type.Precision, type.Scale),
        TypeId.Utf8 or TypeId.Utf8View or TypeId.LargeUtf8 => SqlType.String,
        TypeId.Binary or TypeId.BinaryView or TypeId.LargeBinary => SqlType.Bytes,
        TypeId.Date32 or TypeId.Date64 => SqlType.Date,
        TypeId.Time32 or TypeId.Time64 => SqlType.Time(3),
        TypeId.Timestamp when type.Timezone is not null => SqlType.TimestampLtz(Digits(type.Unit)),
        TypeId.Timestamp => SqlType.Timestamp(Digits(type.Unit)),
        _ => throw new UserException(
            3164,
            $"Parameters do not fit the statement: parameter {index + 1} is {type}. "
            + "Expected a number, text, bytes, BOOLEAN, a date or a time."),
    };

    private static int Digits(TimeUnit unit) => unit switch
    {
        TimeUnit.Nanosecond => 9,
        TimeUnit.Microsecond => 6,
        _ => 3,
    };

    private static string Text(ArrayData column, SqlType type, int row, int index) => column switch
    {
        BooleanArray flags => flags.GetValue(row) ? "true" : "false",
        ViewArray views => Text(views.GetBytes(row), type),
        BinaryArray bytes => Text(bytes.GetBytes(row), type),
        LargeBinaryArray bytes => Text(bytes.GetBytes(row), type),
        FixedWidthArray values => Number(values, row),
        _ => throw new UserException(
            3164, $"Parameters do not fit the statement: parameter {index + 1} comes as {column.Type}. Send it as a plain column."),
    };

    private static string Text(ReadOnlySpan<byte> bytes, SqlType type) =>
        type.IsText ? Encoding.UTF8.GetString(bytes) : Convert.ToHexString(bytes);

    private static string Number(FixedWidthArray values, int row) => values.Type.Id switch
    {
        TypeId.Int8 => Print(values.Values<sbyte>()[row]),
        TypeId.UInt8 => Print(values.Values<byte>()[row]),
        TypeId.Int16 => Print(values.Values<short>()[row]),
        TypeId.UInt16 => Print(values.Values<ushort>()[row]),
        TypeId.UInt32 => Print(values.Values<uint>()[row]),
        TypeId.UInt64 => Print(values.Values<ulong>()[row]),
        TypeId.Float32 => values.Values<float>()[row].ToString("R", CultureInfo.InvariantCulture),
        TypeId.Float64 => values.Values<double>()[row].ToString("R", CultureInfo.InvariantCulture),
        TypeId.Decimal128 => Print(values.Values<Int128>()[row]),
        TypeId.Date64 => Print(Math.DivRem(values.Values<long>()[row], 86_400_000, out long left) - (left < 0 ? 1 : 0)),
        TypeId.Time32 => Print(values.Values<int>()[row] * (values.Type.Unit == TimeUnit.Second ? 1000L : 1)),
        TypeId.Time64 => Print(values.Values<long>()[row] / (values.Type.Unit == TimeUnit.Nanosecond ? 1_000_000 : 1000)),
        TypeId.Timestamp when values.Type.Unit == TimeUnit.Second => Print((Int128)values.Values<long>()[row] * 1000),
        TypeId.Int32 or TypeId.Date32 => Print(values.Values<int>()[row]),
        _ => Print(values.Values<long>()[row]),
    };

    private static string Print<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
