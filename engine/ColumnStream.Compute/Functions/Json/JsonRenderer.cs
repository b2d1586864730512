using System;
using System.Buffers;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Json;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Writes SQL values of one type as JSON: rows and maps as objects with sorted names, bytes as base64, times in ISO form.</summary>
internal sealed unsafe class JsonRenderer
{
    private const int NumberBytes = 64;
    private readonly SqlType _type;
    private readonly Layout _layout;
    private readonly TimeUnit _unit;
    private readonly JsonRenderer[] _parts;
    private readonly RowLayout? _row;
    private readonly int[] _order = [];
    private readonly byte[][] _names = [];
    private readonly List<int> _keys = [];

    /// <summary>Makes the renderer of a type that <see cref="IsSupported"/> accepts.</summary>
    public JsonRenderer(SqlType type)
    {
        _type = type;
        _layout = Layouts.Of(type);
        _unit = type.IsTimestamp ? type.ToArrow().Unit : default;
        _parts = type.Id switch
        {
            SqlTypeId.Array => [new JsonRenderer(type.Element!)],
            SqlTypeId.Map => [new JsonRenderer(type.Key!), new JsonRenderer(type.Value!)],
            SqlTypeId.Multiset => [new JsonRenderer(type.Element!), new JsonRenderer(SqlType.Integer)],
            SqlTypeId.Row => Array.ConvertAll(type.Fields.Span.ToArray(), f => new JsonRenderer(f.Type)),
            _ => [],
        };
        if (type.Id == SqlTypeId.Row)
        {
            _row = RowLayout.Of(type);
            _names = Array.ConvertAll(type.Fields.Span.ToArray(), f => Encoding.UTF8.GetBytes(f.Name));
            _order = new int[_names.Length];
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }

            Array.Sort(_order, (a, b) => JsonText.CompareUtf16(_names[a], _names[b]));
        }
    }

    /// <summary>Tells whether values of a type have a JSON form; keys of maps must be text.</summary>
    public static bool IsSupported(SqlType type) => type.Id switch
    {
        SqlTypeId.IntervalDayTime or SqlTypeId.IntervalYearMonth => false,
        SqlTypeId.Array => IsSupported(type.Element!),
        SqlTypeId.Map => type.Key!.IsText && IsSupported(type.Value!),
        SqlTypeId.Multiset => type.Element!.IsText,
        SqlTypeId.Row => AreSupported(type.Fields),
        _ => true,
    };

    /// <summary>Writes a row of a register that is not NULL; false for NaN and infinities, which JSON does not have.</summary>
    public bool TryWrite(ArrayBufferWriter<byte> output, Frame frame, in Register register, int row) => _layout switch
    {
        Layout.Bit => WriteBit(output, Bitmap.Get(register.Data, row)),
        Layout.View => TryWrite(output, frame.Text(register, row)),
        _ => TryWrite(output, register.Data + ((long)row * Layouts.Width(_layout))),
    };

    private static bool AreSupported(ValueList<SqlField> fields)
    {
        foreach (SqlField field in fields.Span)
        {
            if (!IsSupported(field.Type))
            {
                return false;
            }
        }

        return true;
    }

    private static bool WriteBit(ArrayBufferWriter<byte> output, bool value)
    {
        output.Write(value ? "true"u8 : "false"u8);
        return true;
    }

    /// <summary>Writes a fixed-width value.</summary>
    private bool TryWrite(ArrayBufferWriter<byte> output, byte* at)
    {
        Span<byte> text = stackalloc byte[NumberBytes];
        switch (_type.Id)
        {
            case SqlTypeId.Float or SqlTypeId.Double:
                double number = _layout == Layout.Float32 ? Unsafe.ReadUnaligned<float>(at) : Unsafe.ReadUnaligned<double>(at);
                if (!double.IsFinite(number))
                {
                    return false;
                }

                JsonNumber.Write(output, text[..NumberText.Format(number, text)]);
                return true;
            case SqlTypeId.Decimal:
                Int128 unscaled = _layout == Layout.Int64 ? Unsafe.ReadUnaligned<long>(at) : Unsafe.ReadUnaligned<Int128>(at);
                JsonNumber.Write(output, text[..DecimalText.Format(unscaled, _type.Scale, text)]);
                return true;
            case SqlTypeId.Date:
                return Quote(output, text[..DateText.Format(Unsafe.ReadUnaligned<int>(at), text)]);
            case SqlTypeId.Time:
                return Quote(output, text[..TimeText.Format(Unsafe.ReadUnaligned<int>(at), _type.Precision, text)]);
            case SqlTypeId.Timestamp or SqlTypeId.TimestampLtz:
                return Timestamp(output, Unsafe.ReadUnaligned<long>(at), text);
            default:
                output.Write(text[..NumberText.Format(Integer(at), text)]);
                return true;
        }
    }

    private long Integer(byte* at) => _layout switch
    {
        Layout.Int8 => *(sbyte*)at,
        Layout.Int16 => Unsafe.ReadUnaligned<short>(at),
        Layout.Int32 => Unsafe.ReadUnaligned<int>(at),
        _ => Unsafe.ReadUnaligned<long>(at),
    };

    private static bool Quote(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        JsonText.WriteQuoted(output, text);
        return true;
    }

    private bool Timestamp(ArrayBufferWriter<byte> output, long value, Span<byte> text)
    {
        int length = TimestampText.Format(value, _unit, 9, text, (byte)'T');
        while (text[length - 1] == '0')
        {
            length--;
        }

        length -= text[length - 1] == '.' ? 1 : 0;
        if (_type.Id == SqlTypeId.TimestampLtz)
        {
            text[length++] = (byte)'Z';
        }

        return Quote(output, text[..length]);
    }

    /// <summary>Writes a value of variable length.</summary>
    private bool TryWrite(ArrayBufferWriter<byte> output, Utf8 value)
    {
        switch (_type.Id)
        {
            case SqlTypeId.Char or SqlTypeId.VarChar:
                return Quote(output, value.Span);
            case SqlTypeId.Array:
                return TryWriteArray(output, new ArrayValue(value, _parts[0]._layout));
            case SqlTypeId.Map or SqlTypeId.Multiset:
                return TryWriteMap(output, new MapValue(value, _parts[0]._layout, _parts[1]._layout));
            case SqlTypeId.Row:
                return TryWriteRow(output, value);
            default:
                output.Write("\""u8);
                Span<byte> room = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length));
                Base64.EncodeToUtf8(value.Span, room, out _, out int written);
                output.Advance(written);
                output.Write("\""u8);
                return true;
        }
    }

    private bool TryWriteArray(ArrayBufferWriter<byte> output, in ArrayValue array)
    {
        output.Write("["u8);
        bool isValid = true;
        for (int i = 0; i < array.Count && isValid; i++)
        {
            output.Write(i == 0 ? default : ","u8);
            isValid = _parts[0].TryWrite(output, array, i);
        }

        output.Write("]"u8);
        return isValid;
    }

    private bool TryWrite(ArrayBufferWriter<byte> output, in ArrayValue array, int index)
    {
        if (array.IsNull(index))
        {
            output.Write("null"u8);
            return true;
        }

        return _layout switch
        {
            Layout.Bit => WriteBit(output, array.Get<bool>(index)),
            Layout.View => TryWrite(output, array.Text(index)),
            _ => TryWrite(output, array.Values + ((long)index * Layouts.Width(_layout))),
        };
    }

    private bool TryWriteMap(ArrayBufferWriter<byte> output, in MapValue map)
    {
        int first = _keys.Count;
        for (int i = 0; i < map.Count; i++)
        {
            // Keys stand in the order of their bytes, which is almost that of UTF-16 code units.
            int place = _keys.Count;
            while (place > first && !map.Keys.IsNull(i) && !map.Keys.IsNull(_keys[place - 1])
                && JsonText.CompareUtf16(map.Keys.Text(_keys[place - 1]).Span, map.Keys.Text(i).Span) > 0)
            {
                place--;
            }

            _keys.Insert(place, i);
        }

        output.Write("{"u8);
        bool isValid = true;
        for (int i = first; i < first + map.Count && isValid; i++)
        {
            output.Write(i == first ? default : ","u8);
            JsonText.WriteQuoted(output, map.Keys.IsNull(_keys[i]) ? "null"u8 : map.Keys.Text(_keys[i]).Span);
            output.Write(":"u8);
            isValid = _parts[1].TryWrite(output, map.Values, _keys[i]);
        }

        output.Write("}"u8);
        _keys.RemoveRange(first, _keys.Count - first);
        return isValid;
    }

    private bool TryWriteRow(ArrayBufferWriter<byte> output, Utf8 value)
    {
        var row = new RowValue(value, _row!);
        output.Write("{"u8);
        bool isFirst = true;
        foreach (int field in _order)
        {
            output.Write(isFirst ? default : ","u8);
            isFirst = false;
            JsonText.WriteQuoted(output, _names[field]);
            output.Write(":"u8);
            JsonRenderer part = _parts[field];
            if (row.IsNull(field))
            {
                output.Write("null"u8);
                continue;
            }

            bool isValid = part._layout switch
            {
                Layout.Bit => WriteBit(output, row.Get<bool>(field)),
                Layout.View => part.TryWrite(output, row.Text(field)),
                _ => part.TryWrite(output, value.Pointer + _row!.Slot(field)),
            };
            if (!isValid)
            {
                return false;
            }
        }

        output.Write("}"u8);
        return true;
    }
}
