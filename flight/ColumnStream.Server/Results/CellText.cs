using System;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Server.Results;

/// <summary>Formats single values for people, as SQL's CAST to STRING would.</summary>
internal static class CellText
{
    private const int LongestText = 96;

    /// <summary>Formats row <paramref name="row"/> of a column.</summary>
    public static string Format(ArrayData column, SqlType type, int row)
    {
        if (column.IsNull(row))
        {
            return "NULL";
        }

        return column switch
        {
            BooleanArray booleans => booleans.GetValue(row) ? "TRUE" : "FALSE",
            ViewArray views => Text(views.GetBytes(row), type),
            BinaryArray bytes => Text(bytes.GetBytes(row), type),
            FixedWidthArray values => Fixed(values, type, row),
            ListArray list => List(list, type, row),
            StructArray record => Record(record, type, row),
            MapArray map => Map(map, type, row),
            _ => column.Type.ToString(),
        };
    }

    private static string Text(ReadOnlySpan<byte> bytes, SqlType type) => type.IsText
        ? Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\\n")
        : "x'" + Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, LongestText)]) + "'";

    private static string Fixed(FixedWidthArray values, SqlType type, int row)
    {
        Span<byte> text = stackalloc byte[96];
        int length = values.Type.Id switch
        {
            TypeId.Int8 => NumberText.Format((long)values.Values<sbyte>()[row], text),
            TypeId.Int16 => NumberText.Format((long)values.Values<short>()[row], text),
            TypeId.Int32 when type.Id == SqlTypeId.IntervalYearMonth =>
                DurationText.FormatMonths(values.Values<int>()[row], text),
            TypeId.Int64 when type.Id == SqlTypeId.IntervalDayTime =>
                DurationText.FormatMillis(values.Values<long>()[row], text),
            TypeId.Int32 => NumberText.Format((long)values.Values<int>()[row], text),
            TypeId.Int64 => NumberText.Format(values.Values<long>()[row], text),
            TypeId.Float32 => NumberText.Format(values.Values<float>()[row], text),
            TypeId.Float64 => NumberText.Format(values.Values<double>()[row], text),
            TypeId.Decimal64 => DecimalText.Format(values.Values<long>()[row], values.Type.Scale, text),
            TypeId.Decimal128 => DecimalText.Format(values.Values<Int128>()[row], values.Type.Scale, text),
            TypeId.Date32 => DateText.Format(values.Values<int>()[row], text),
            TypeId.Time32 => TimeText.Format(values.Values<int>()[row], type.Precision, text),
            TypeId.Timestamp => TimestampText.Format(values.Values<long>()[row], values.Type.Unit, type.Precision, text),
            _ => 0,
        };
        return length == 0 ? values.Type.ToString() : Encoding.UTF8.GetString(text[..length]);
    }

    private static unsafe string List(ListArray list, SqlType type, int row)
    {
        var text = new StringBuilder("[");
        for (int i = list.Offsets[row]; i < list.Offsets[row + 1]; i++)
        {
            text.Append(i == list.Offsets[row] ? string.Empty : ", ").Append(Format(list.Items, type.Element!, i));
        }

        return text.Append(']').ToString();
    }

    private static unsafe string Map(MapArray map, SqlType type, int row)
    {
        var text = new StringBuilder("{");
        for (int i = map.Offsets[row]; i < map.Offsets[row + 1]; i++)
        {
            text.Append(i == map.Offsets[row] ? string.Empty : ", ")
                .Append(Format(map.Keys, type.Key ?? type.Element!, i))
                .Append('=').Append(Format(map.Values, type.Value ?? SqlType.Integer, i));
        }

        return text.Append('}').ToString();
    }

    private static string Record(StructArray record, SqlType type, int row)
    {
        var text = new StringBuilder("(");
        for (int i = 0; i < record.Fields.Length; i++)
        {
            text.Append(i == 0 ? string.Empty : ", ").Append(Format(record.Fields[i], type.Fields[i].Type, row));
        }

        return text.Append(')').ToString();
    }
}
