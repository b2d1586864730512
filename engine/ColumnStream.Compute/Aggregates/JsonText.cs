using System;
using System.Buffers;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Writes values as JSON into a buffer that it keeps: what aggregates put into arrays and objects.</summary>
/// <remarks>Text is UTF-8 as it is; only quotes, backslashes and control characters are escaped.</remarks>
internal sealed unsafe class JsonText
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        (byte)'"', (byte)'\\',
    ]);

    private byte[] _bytes = new byte[256];

    /// <summary>Gets or sets how many bytes are written; setting it takes back what stands behind.</summary>
    public int Length { get; set; }

    /// <summary>Gets what is written.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes text in quotes.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        while (!text.IsEmpty)
        {
            int at = text.IndexOfAny(Special);
            if (at < 0)
            {
                Raw(text);
                break;
            }

            Raw(text[..at]);
            Escape(text[at]);
            text = text[(at + 1)..];
        }

        Raw("\""u8);
    }

    /// <summary>Writes a value that stands as keys of keyed state hold it.</summary>
    public void Value(DataType type, byte* value, int length)
    {
        switch (type.Id)
        {
            case TypeId.Utf8View:
                Text(new ReadOnlySpan<byte>(value, length));
                break;
            case TypeId.Bool:
                Raw(*(ulong*)value != 0 ? "true"u8 : "false"u8);
                break;
            case TypeId.Float32:
                Length += NumberText.Format((float)*(double*)value, Reserve(64));
                break;
            case TypeId.Float64:
                Length += NumberText.Format(*(double*)value, Reserve(64));
                break;
            case TypeId.Decimal64:
                Length += DecimalText.Format(*(long*)value, type.Scale, Reserve(64));
                break;
            case TypeId.Decimal128:
                Length += DecimalText.Format(*(Int128*)value, type.Scale, Reserve(64));
                break;
            default:
                Length += NumberText.Format(*(long*)value, Reserve(64));
                break;
        }
    }

    private void Escape(byte value)
    {
        Span<byte> target = Reserve(6);
        target[0] = (byte)'\\';
        byte letter = value switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            0x08 => (byte)'b',
            0x09 => (byte)'t',
            0x0A => (byte)'n',
            0x0C => (byte)'f',
            0x0D => (byte)'r',
            _ => 0,
        };
        if (letter != 0)
        {
            target[1] = letter;
            Length += 2;
            return;
        }

        "u00"u8.CopyTo(target[1..]);
        target[4] = (byte)('0' + (value >> 4));
        target[5] = (byte)((value & 15) < 10 ? '0' + (value & 15) : 'A' + (value & 15) - 10);
        Length += 6;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (Length + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, checked((int)Math.Max(Length + (long)bytes, Math.Min(2L * _bytes.Length, Array.MaxLength))));
        }

        return _bytes.AsSpan(Length);
    }
}
