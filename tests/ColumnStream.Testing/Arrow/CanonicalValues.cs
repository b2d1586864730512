using System;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Testing.Arrow;

/// <summary>Writes columns in the canonical text of tests/interop/arrow/columns.mjs.</summary>
public static unsafe class CanonicalValues
{
    /// <summary>Makes a JSON array of all rows.</summary>
    public static JsonArray Column(ArrayData array)
    {
        var values = new JsonArray();
        for (int i = 0; i < array.Length; i++)
        {
            values.Add(Value(array, i));
        }

        return values;
    }

    private static JsonNode? Value(ArrayData array, int row)
    {
        if (array.IsNull(row))
        {
            return null;
        }

        switch (array)
        {
            case BooleanArray a:
                return a.GetValue(row) ? "true" : "false";
            case ViewArray a:
                return Text(a.GetBytes(row), a.Type.Id == TypeId.Utf8View);
            case BinaryArray a:
                return Text(a.GetBytes(row), a.Type.Id == TypeId.Utf8);
            case FixedWidthArray a:
                return Fixed(a, a.Pointer + ((long)row * a.ByteWidth));
            case LargeBinaryArray a:
                return Text(a.GetBytes(row), a.Type.Id == TypeId.LargeUtf8);
            case DictionaryArray a:
                return Value(a.Dictionary, a.GetIndex(row));
            case RunEndEncodedArray a:
                return Value(a.Values, a.GetRun(row));
            case UnionArray a:
                return Value(a.Fields[a.GetChild(row)], a.GetChildRow(row));
            case MapArray a:
                var entries = new JsonArray();
                for (int i = a.Offsets[row]; i < a.Offsets[row + 1]; i++)
                {
                    entries.Add(new JsonArray(Value(a.Keys, i), Value(a.Values, i)));
                }

                return entries;
            case StructArray a:
                var record = new JsonObject();
                for (int i = 0; i < a.Fields.Length; i++)
                {
                    record[a.Type.Children[i].Name] = Value(a.Fields[i], row);
                }

                return record;
            default:
                if (!ListRows.TryFind(array, row, out ArrayData child, out int start, out int count))
                {
                    throw new NotSupportedException(array.Type.ToString());
                }

                var items = new JsonArray();
                for (int i = start; i < start + count; i++)
                {
                    items.Add(Value(child, i));
                }

                return items;
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes, bool text) =>
        text ? Encoding.UTF8.GetString(bytes) : Convert.ToHexString(bytes);

    private static string Fixed(FixedWidthArray array, byte* value) => array.Type.Id switch
    {
        TypeId.Float16 => ((double)*(Half*)value).ToString("R", CultureInfo.InvariantCulture),
        TypeId.IntervalDayTime => $"{*(int*)value}d {((int*)value)[1]}ms",
        TypeId.IntervalMonthDayNano => $"{*(int*)value}m {((int*)value)[1]}d {((long*)value)[1]}ns",
        TypeId.Decimal256 => new BigInteger(new ReadOnlySpan<byte>(value, 32)).ToString(CultureInfo.InvariantCulture),
        TypeId.Float32 => (*(float*)value).ToString("R", CultureInfo.InvariantCulture),
        TypeId.Float64 => (*(double*)value).ToString("R", CultureInfo.InvariantCulture),
        TypeId.FixedSizeBinary => Convert.ToHexString(new ReadOnlySpan<byte>(value, array.ByteWidth)),
        TypeId.UInt8 => value->ToString(CultureInfo.InvariantCulture),
        TypeId.UInt16 => (*(ushort*)value).ToString(CultureInfo.InvariantCulture),
        TypeId.UInt32 => (*(uint*)value).ToString(CultureInfo.InvariantCulture),
        TypeId.UInt64 => (*(ulong*)value).ToString(CultureInfo.InvariantCulture),
        _ => array.ByteWidth switch
        {
            1 => (*(sbyte*)value).ToString(CultureInfo.InvariantCulture),
            2 => (*(short*)value).ToString(CultureInfo.InvariantCulture),
            4 => (*(int*)value).ToString(CultureInfo.InvariantCulture),
            8 => (*(long*)value).ToString(CultureInfo.InvariantCulture),
            _ => (*(Int128*)value).ToString(CultureInfo.InvariantCulture),
        },
    };
}
