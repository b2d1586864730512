using System.Runtime.CompilerServices;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Parses one field of a type at once; returns its end, or another address where it does not take it.</summary>
internal unsafe interface ICsvField<T>
{
    byte* Parse(byte* start, out T value);
}

internal readonly unsafe struct Int64Field : ICsvField<long>
{
    public byte* Parse(byte* start, out long value) => FastNumber.Int64(start, out value);
}

internal readonly unsafe struct Float64Field : ICsvField<double>
{
    public byte* Parse(byte* start, out double value) => FastNumber.Float64(start, out value);
}

/// <summary>Takes true and false in lower case.</summary>
internal readonly unsafe struct BooleanField : ICsvField<byte>
{
    private const uint True = 0x65757274;
    private const uint Alse = 0x65736C61;

    public byte* Parse(byte* start, out byte value)
    {
        bool isTrue = Unsafe.ReadUnaligned<uint>(start) == True;
        bool isFalse = *start == 'f' && Unsafe.ReadUnaligned<uint>(start + 1) == Alse;
        value = isTrue ? (byte)1 : (byte)0;
        return isTrue ? start + 4 : isFalse ? start + 5 : null;
    }
}

/// <summary>Takes a date, a space and a time; the day of the row before is remembered.</summary>
internal readonly unsafe struct TimestampField(DecodeColumn column) : ICsvField<long>
{
    private readonly long _scale = column.TimestampScale;

    public byte* Parse(byte* start, out long value) => column.LastDay.Parse(start, (byte)' ', _scale, out value);
}
