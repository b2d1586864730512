using System;
using System.Buffers;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors;

/// <summary>Writes values as people read them; rows inside rows stand in parentheses, bytes are hexadecimal.</summary>
internal static class RowText
{
    /// <summary>Returns the two letters of a row kind.</summary>
    public static string Kind(RowKind kind) => kind switch
    {
        RowKind.Insert => "+I",
        RowKind.UpdateBefore => "-U",
        RowKind.UpdateAfter => "+U",
        _ => "-D",
    };

    /// <summary>Appends one value; <paramref name="nullText"/> stands for null.</summary>
    public static void Append(
        ArrayBufferWriter<byte> text, ArrayData array, int row, SqlType type, ReadOnlySpan<byte> nullText)
    {
        if (array.IsNull(row))
        {
            text.Write(nullText);
            return;
        }

        switch (array)
        {
            case ViewArray views when type.Id is SqlTypeId.VarChar or SqlTypeId.Char:
                text.Write(views.GetBytes(row));
                break;
            case BinaryArray bytes when type.Id is SqlTypeId.VarChar or SqlTypeId.Char:
                text.Write(bytes.GetBytes(row));
                break;
            case ViewArray views:
                AppendHex(text, views.GetBytes(row));
                break;
            case BinaryArray bytes:
                AppendHex(text, bytes.GetBytes(row));
                break;
            case BooleanArray bits:
                text.Write(bits.GetValue(row) ? "true"u8 : "false"u8);
                break;
            case FixedWidthArray fixedWidth:
                AppendFixed(text, fixedWidth, row, type);
                break;
            case StructArray record:
                AppendRecord(text, record, row, type, nullText);
                break;
            case ListArray list:
                AppendList(text, list, row, type, nullText);
                break;
            case MapArray map:
                AppendMap(text, map, row, type, nullText);
                break;
            default:
                throw new InvariantException(9112, $"Column cannot be printed: {array.Type}.");
        }
    }

    private static void AppendHex(ArrayBufferWriter<byte> text, ReadOnlySpan<byte> bytes)
    {
        text.Write("x'"u8);
        text.Write(Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        text.Write("'"u8);
    }

    private static void AppendFixed(ArrayBufferWriter<byte> text, FixedWidthArray array, int row, SqlType type)
    {
        Span<byte> to = text.GetSpan(64);
        int length = array.Type.Id switch
        {
            TypeId.Int8 => NumberText.Format(array.Values<sbyte>()[row], to),
            TypeId.Int16 => NumberText.Format(array.Values<short>()[row], to),
            TypeId.Int32 when type.Id == SqlTypeId.IntervalYearMonth =>
                DurationText.FormatMonths(array.Values<int>()[row], to),
            TypeId.Int64 when type.Id == SqlTypeId.IntervalDayTime =>
                DurationText.FormatMillis(array.Values<long>()[row], to),
            TypeId.Int32 => NumberText.Format(array.Values<int>()[row], to),
            TypeId.Int64 => NumberText.Format(array.Values<long>()[row], to),
            TypeId.Float32 => NumberText.Format(array.Values<float>()[row], to),
            TypeId.Float64 => NumberText.Format(array.Values<double>()[row], to),
            TypeId.Decimal64 => DecimalText.Format(array.Values<long>()[row], array.Type.Scale, to),
            TypeId.Decimal128 => DecimalText.Format(array.Values<Int128>()[row], array.Type.Scale, to),
            TypeId.Date32 => DateText.Format(array.Values<int>()[row], to),
            TypeId.Time32 => TimeText.Format(array.Values<int>()[row], type.Precision, to),
            TypeId.Timestamp => TimestampText.Format(array.Values<long>()[row], array.Type.Unit, type.Precision, to),
            _ => throw new InvariantException(9112, $"Column cannot be printed: {array.Type}."),
        };
        if (type.Id == SqlTypeId.TimestampLtz)
        {
            to[length++] = (byte)'Z';
        }

        text.Advance(length);
    }

    private static void AppendRecord(
        ArrayBufferWriter<byte> text, StructArray record, int row, SqlType type, ReadOnlySpan<byte> nullText)
    {
        text.Write("("u8);
        for (int i = 0; i < record.Fields.Length; i++)
        {
            text.Write(i == 0 ? default : ", "u8);
            Append(text, record.Fields[i], row, type.Fields[i].Type, nullText);
        }

        text.Write(")"u8);
    }

    private static unsafe void AppendList(
        ArrayBufferWriter<byte> text, ListArray list, int row, SqlType type, ReadOnlySpan<byte> nullText)
    {
        text.Write("["u8);
        for (int i = list.Offsets[row]; i < list.Offsets[row + 1]; i++)
        {
            text.Write(i == list.Offsets[row] ? default : ", "u8);
            Append(text, list.Items, i, type.Element!, nullText);
        }

        text.Write("]"u8);
    }

    private static unsafe void AppendMap(
        ArrayBufferWriter<byte> text, MapArray map, int row, SqlType type, ReadOnlySpan<byte> nullText)
    {
        text.Write("{"u8);
        for (int i = map.Offsets[row]; i < map.Offsets[row + 1]; i++)
        {
            text.Write(i == map.Offsets[row] ? default : ", "u8);
            Append(text, map.Keys, i, type.Key ?? type.Element!, nullText);
            text.Write("="u8);
            Append(text, map.Values, i, type.Value ?? SqlType.Integer, nullText);
        }

        text.Write("}"u8);
    }
}
