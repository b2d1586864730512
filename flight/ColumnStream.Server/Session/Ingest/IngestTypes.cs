using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats.ArrowIpc;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Server.Session.Ingest;

/// <summary>Decides as which SQL types the columns come in that a client sends.</summary>
internal static class IngestTypes
{
    /// <summary>
    /// Gives the type of a column: its own, so that INSERT casts it, or for nested columns and those of nothing but nulls that of the
    /// table's column, into which the values go by the names of their fields.
    /// </summary>
    /// <param name="field">The client's column.</param>
    /// <param name="target">The type of the table's column of that name; null where there is none.</param>
    /// <exception cref="UserException">No type fits: the message names the column.</exception>
    public static SqlType Of(Field field, SqlType? target)
    {
        DataType type = Plain(field.Type);
        bool isNested = type.Children.Count > 0 || type.Id == TypeId.Struct;
        if (target is not null && (type.Id == TypeId.Null || (isNested && target.IsNested)))
        {
            SqlType wanted = target.Materialized().WithNullable(true);
            return ArrowCast.CanCast(type, wanted.ToArrow()) && HasNoTwins(type) ? wanted : throw Refused(
                field, $"which does not fit {wanted}. Send fields by their names, in types that lose nothing.");
        }

        return Of(type) ?? throw Refused(field, "which is not taken. Send numbers, text, bytes, truth values, dates, times, "
            + "or lists, maps with values and records with fields of these.");
    }

    /// <summary>Checks what SQL's types say of the inside of nested values.</summary>
    /// <exception cref="UserException">A part that may not be null is null.</exception>
    public static void Check(ArrayData array, SqlField column)
    {
        if (!column.Type.IsNested || !IsStrict(column.Type))
        {
            return;
        }

        for (int row = 0; row < array.Length; row++)
        {
            if (!array.IsNull(row) && FindNull(array, column.Type, row) is { } part)
            {
                throw new UserException(
                    3164, $"Parameters do not fit the statement: {part} of column '{column.Name}' is null, which {column.Type} "
                    + $"does not allow (row {(row + 1).ToString(CultureInfo.InvariantCulture)} of its batch).");
            }
        }
    }

    private static UserException Refused(Field field, string why) => new(
        3164, $"Parameters do not fit the statement: column '{field.Name}' comes as {field.Type}, {why}");

    /// <summary>Gives the type of a column's values, whether they are numbered or in runs.</summary>
    private static DataType Plain(DataType type) => type.Id switch
    {
        TypeId.Dictionary => Plain(type.Children[0].Type),
        TypeId.RunEndEncoded => Plain(type.Children[1].Type),
        _ => type,
    };

    private static SqlType? Of(DataType given)
    {
        DataType type = Plain(given);
        return type.Id switch
        {
            TypeId.Float16 => SqlType.Float,
            TypeId.Decimal32 or TypeId.Decimal64 or TypeId.Decimal128 or TypeId.Decimal256 =>
                type.Precision is >= 1 and <= SqlType.MaxDecimalPrecision && type.Scale >= 0 && type.Scale <= type.Precision
                    ? SqlType.Decimal(type.Precision, type.Scale) : null,
            TypeId.FixedSizeBinary => SqlType.Bytes,
            TypeId.List or TypeId.LargeList or TypeId.ListView or TypeId.LargeListView or TypeId.FixedSizeList =>
                Of(type.Children[0].Type) is { } element ? SqlType.Array(element) : null,
            TypeId.Map => Of(type.KeyField.Type) is { } key && Of(type.ValueField.Type) is { } value
                ? SqlType.Map(key.WithNullable(false), value) : null,
            TypeId.Struct => RowOf(type),
            TypeId.Null or TypeId.Duration or TypeId.IntervalDayTime or TypeId.IntervalYearMonth or TypeId.IntervalMonthDayNano
                or TypeId.SparseUnion or TypeId.DenseUnion => null,
            _ => ParameterReader.TypeOf(type, 0),
        };
    }

    private static SqlType? RowOf(DataType type)
    {
        SqlType?[] parts = [.. type.Children.Select(child => Of(child.Type))];
        return parts.Length > 0 && HasNoTwins(type) && System.Array.TrueForAll(parts, part => part is not null)
            ? SqlType.Row(ValueList.From(parts.Select((part, i) => new SqlField(type.Children[i].Name, part!)))) : null;
    }

    /// <summary>Tells whether names of fields mean one field each, all the way down.</summary>
    private static bool HasNoTwins(DataType type) =>
        (type.Id != TypeId.Struct || type.Children.Select(child => child.Name).Distinct().Count() == type.Children.Count)
        && type.Children.All(child => HasNoTwins(child.Type));

    /// <summary>Tells whether some part of a nested type may not be null; keys of maps never may.</summary>
    private static bool IsStrict(SqlType type) => type.Id switch
    {
        SqlTypeId.Array => !type.Element!.Nullable || IsStrict(type.Element),
        SqlTypeId.Map or SqlTypeId.Multiset => true,
        SqlTypeId.Row => type.Fields.Any(field => !field.Type.Nullable || IsStrict(field.Type)),
        _ => false,
    };

    /// <summary>Names the first part of a value that is null and may not be; null where all is well.</summary>
    private static string? FindNull(ArrayData array, SqlType type, int row)
    {
        switch (array)
        {
            case StructArray record:
                for (int i = 0; i < record.Fields.Length; i++)
                {
                    if (Part(record.Fields[i], type.Fields[i].Type, row, $"field '{type.Fields[i].Name}'") is { } found)
                    {
                        return found;
                    }
                }

                return null;
            case MapArray map:
                ListRows.TryFind(map, row, out _, out int first, out int entries);
                SqlType key = (type.Key ?? type.Element!).WithNullable(false);
                SqlType value = type.Value ?? SqlType.Integer.WithNullable(false);
                for (int i = first; i < first + entries; i++)
                {
                    if ((Part(map.Keys, key, i, "a key") ?? Part(map.Values, value, i, "a value")) is { } found)
                    {
                        return found;
                    }
                }

                return null;
            default:
                ListRows.TryFind(array, row, out ArrayData items, out int start, out int count);
                for (int i = start; i < start + count; i++)
                {
                    if (Part(items, type.Element!, i, "an item") is { } found)
                    {
                        return found;
                    }
                }

                return null;
        }
    }

    private static string? Part(ArrayData array, SqlType type, int row, string name) => array.IsNull(row)
        ? type.Nullable ? null : name
        : type.IsNested && IsStrict(type) ? FindNull(array, type, row) : null;
}
