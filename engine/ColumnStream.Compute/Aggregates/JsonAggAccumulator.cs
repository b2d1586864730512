using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Collects values, or keys and values, as JSON: the log holds the text of each member.</summary>
/// <remarks>A member of an object begins with the length of its key in quotes, four bytes.</remarks>
/// <param name="call">The call; a constant TRUE says that values are JSON already.</param>
/// <param name="isObject">Whether it is JSON_OBJECTAGG.</param>
/// <param name="writesNulls">Whether NULL values are members.</param>
internal sealed unsafe class JsonAggAccumulator(AggregateCall call, bool isObject, bool writesNulls)
    : LogAccumulator(call.ArgumentTypes[^1].ToArrow(), takesNulls: true)
{
    private readonly DataType _type = call.ArgumentTypes[^1].ToArrow();
    private readonly bool _isJson = call.Constants.Count > 0;
    private readonly JsonText _text = new();
    private readonly List<(byte[] Key, int Entry)> _keys = [];

    /// <inheritdoc/>
    public override void Accumulate(
        ReadOnlySpan<ArrayData> arguments, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[ArgumentValues.ScratchWords];
        var values = new ArgumentValues(arguments[^1], start, count, scratch);
        for (int i = 0; i < count; i++)
        {
            int sign = signs is null ? 1 : signs[i];
            bool isNull = values.IsNull(i);
            if (sign == 0 || (isNull && !writesNulls))
            {
                continue;
            }

            _text.Length = 0;
            if (isObject)
            {
                WriteKey((ViewArray)arguments[0], start + i);
            }

            byte* value = values.Get(i, out int length);
            WriteValue(value, length, isNull);
            AppendText(rows[i], sign < 0, heap);
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        byte* bytes = ArgumentValues.FromKey(_type, value, out int length);
        _text.Length = 0;
        WriteValue(bytes, length, isNull: false);
        AppendText(row, takesBack: false, heap);
    }

    /// <inheritdoc/>
    public override void OfferNull(byte* row, TextHeap heap)
    {
        if (writesNulls)
        {
            _text.Length = 0;
            WriteValue(null, 0, isNull: true);
            AppendText(row, takesBack: false, heap);
        }
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using var builder = new ViewBuilder(DataType.Utf8View, allocator, count);
        for (int i = 0; i < count; i++)
        {
            Log.Read(rows[i] + Offset);
            _text.Length = 0;
            if (isObject)
            {
                WriteObject();
            }
            else
            {
                WriteArray();
            }

            builder.Append(_text.Bytes);
        }

        return builder.Finish();
    }

    private void WriteKey(ViewArray keys, int row)
    {
        if (keys.IsNull(row))
        {
            throw new EvaluationException("Key of JSON_OBJECTAGG must not be NULL.", default, row);
        }

        Span<byte> size = stackalloc byte[4];
        _text.Raw(size);
        _text.Text(keys.GetBytes(row));
        BinaryPrimitives.WriteInt32LittleEndian(size, _text.Length - 4);
        int end = _text.Length;
        _text.Length = 0;
        _text.Raw(size);
        _text.Length = end;
    }

    private void WriteValue(byte* value, int length, bool isNull)
    {
        if (isNull)
        {
            _text.Raw("null"u8);
        }
        else if (_isJson)
        {
            _text.Raw(new ReadOnlySpan<byte>(value, length));
        }
        else
        {
            _text.Value(_type, value, length);
        }
    }

    private void AppendText(byte* row, bool takesBack, TextHeap heap)
    {
        fixed (byte* bytes = _text.Bytes)
        {
            Log.Append(row + Offset, bytes, _text.Length, isNull: false, takesBack, heap);
        }
    }

    private void WriteArray()
    {
        _text.Raw("["u8);
        for (int i = 0; i < Log.Count; i++)
        {
            _text.Raw(i > 0 ? ","u8 : default);
            _text.Raw(Log.Entries[i].Bytes);
        }

        _text.Raw("]"u8);
    }

    /// <summary>Writes the members with their keys sorted, as JSON_OBJECT does.</summary>
    private void WriteObject()
    {
        _keys.Clear();
        for (int i = 0; i < Log.Count; i++)
        {
            ReadOnlySpan<byte> quoted = Log.Entries[i].Bytes.Slice(4, KeyLength(i))[1..^1];
            var key = new byte[quoted.Length];
            Array.Resize(ref key, Json.JsonText.Unescape(quoted, key));
            _keys.Add((key, i));
        }

        _keys.Sort(static (a, b) => Json.JsonText.CompareUtf16(a.Key, b.Key));
        _text.Raw("{"u8);
        for (int i = 0; i < _keys.Count; i++)
        {
            (byte[] key, int entry) = _keys[i];
            if (i > 0 && _keys[i - 1].Key.AsSpan().SequenceEqual(key))
            {
                throw new EvaluationException($"Key of JSON_OBJECTAGG is there twice: {Encoding.UTF8.GetString(key)}.", default, 0);
            }

            int length = KeyLength(entry);
            ReadOnlySpan<byte> member = Log.Entries[entry].Bytes;
            _text.Raw(i > 0 ? ","u8 : default);
            _text.Raw(member.Slice(4, length));
            _text.Raw(":"u8);
            _text.Raw(member[(4 + length)..]);
        }

        _text.Raw("}"u8);
    }

    private int KeyLength(int entry) => BinaryPrimitives.ReadInt32LittleEndian(Log.Entries[entry].Bytes);
}
