using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Nested;

/// <summary>Takes elements straight out of a list column, or values out of a map column, by position from 1.</summary>
internal sealed unsafe class ColumnItemStep(int source, int index, Layout layout, bool isMap, SqlType type) : RowStep
{
    private readonly NestedEncoder? _encoder = type.IsNested ? NestedEncoder.Create(type.ToArrow()) : null;
    private readonly ByteWriter _bytes = new();
    private ViewArray? _views;
    private int _buffers;

    protected override byte* Validity(Frame frame) => frame.And(Result, frame[source].Valid, frame[index].Valid);

    protected override void RunRows(Frame frame, ulong* mask)
    {
        ArrayData? array = frame.Arrays[source];
        int* offsets = array is MapArray m ? m.Offsets : ((ListArray)array!).Offsets;
        ArrayData items = isMap ? ((MapArray)array).Values : ((ListArray)array).Items;
        offsets += frame.FirstRow;
        AddBuffers(frame, items);
        int* positions = (int*)frame[index].Data;
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                int position = positions[row] - 1;
                if ((uint)position >= (uint)(offsets[row + 1] - offsets[row]) || items.IsNull(offsets[row] + position))
                {
                    Missing(frame, row);
                }
                else
                {
                    Take(frame, items, offsets[row] + position, row);
                }
            }
        }

        _views = null;
    }

    private void Take(Frame frame, ArrayData items, int at, int row)
    {
        byte* target = frame[Result].Data;
        switch (layout)
        {
            case Layout.Bit:
                target[row >> 3] |= (byte)((((BooleanArray)items).GetValue(at) ? 1 : 0) << (row & 7));
                break;
            case Layout.Int8:
                target[row] = ((FixedWidthArray)items).Pointer[at];
                break;
            case Layout.Int16:
                ((short*)target)[row] = ((short*)((FixedWidthArray)items).Pointer)[at];
                break;
            case Layout.Int32 or Layout.Float32:
                ((int*)target)[row] = ((int*)((FixedWidthArray)items).Pointer)[at];
                break;
            case Layout.Int64 or Layout.Float64:
                ((long*)target)[row] = ((long*)((FixedWidthArray)items).Pointer)[at];
                break;
            case Layout.Int128:
                ((Int128*)target)[row] = ((Int128*)((FixedWidthArray)items).Pointer)[at];
                break;
            default:
                TakeBytes(frame, items, at, row);
                break;
        }
    }

    private void TakeBytes(Frame frame, ArrayData items, int at, int row)
    {
        if (_encoder is not null)
        {
            _bytes.Clear();
            _encoder.Encode(items, at, _bytes);
            Frame.Store(frame[Result], row, frame.Copy(_bytes.Span));
            return;
        }

        if (items is not ViewArray views)
        {
            Frame.Store(frame[Result], row, frame.Copy(((BinaryArray)items).GetBytes(at)));
            return;
        }

        StringView view = views.Pointer[at];
        view.BufferIndex += view.IsInline ? 0 : _buffers;
        ((StringView*)frame[Result].Data)[row] = view;
    }

    /// <summary>Names the text buffers of the items once a tile.</summary>
    private void AddBuffers(Frame frame, ArrayData items)
    {
        if (items is ViewArray views && !ReferenceEquals(views, _views))
        {
            _views = views;
            _buffers = frame.AddBuffers(views);
        }
    }
}

/// <summary>Finds the position from 1 of keys in a map column.</summary>
internal sealed unsafe class MapEntryStep(int source, int key, Layout layout, SqlType type) : RowStep
{
    private readonly NestedEncoder? _encoder = type.IsNested ? NestedEncoder.Create(type.ToArrow()) : null;
    private readonly ByteWriter _bytes = new();

    protected override byte* Validity(Frame frame) => frame.And(Result, frame[source].Valid, frame[key].Valid);

    protected override void RunRows(Frame frame, ulong* mask)
    {
        var map = (MapArray)frame.Arrays[source]!;
        int* offsets = map.Offsets + frame.FirstRow;
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                int at = offsets[row + 1] - 1;
                while (at >= offsets[row] && (map.Keys.IsNull(at) || !IsKey(frame, map.Keys, at, row)))
                {
                    at--;
                }

                if (at < offsets[row])
                {
                    Missing(frame, row);
                }
                else
                {
                    ((int*)frame[Result].Data)[row] = at - offsets[row] + 1;
                }
            }
        }
    }

    private bool IsKey(Frame frame, ArrayData keys, int at, int row)
    {
        ref Register wanted = ref frame[key];
        return layout switch
        {
            Layout.Bit => ((BooleanArray)keys).GetValue(at) == Bitmap.Get(wanted.Data, row),
            Layout.Int8 => Same<sbyte>(keys, at, wanted, row),
            Layout.Int16 => Same<short>(keys, at, wanted, row),
            Layout.Int32 => Same<int>(keys, at, wanted, row),
            Layout.Int64 => Same<long>(keys, at, wanted, row),
            Layout.Float32 => ((float*)((FixedWidthArray)keys).Pointer)[at].Equals(Canonical.Of(((float*)wanted.Data)[row])),
            Layout.Float64 => ((double*)((FixedWidthArray)keys).Pointer)[at].Equals(Canonical.Of(((double*)wanted.Data)[row])),
            Layout.Int128 => Same<Int128>(keys, at, wanted, row),
            _ => SameBytes(frame, keys, at, wanted, row),
        };
    }

    private static bool Same<T>(ArrayData keys, int at, in Register wanted, int row)
        where T : unmanaged, IEquatable<T> => ((T*)((FixedWidthArray)keys).Pointer)[at].Equals(((T*)wanted.Data)[row]);

    private bool SameBytes(Frame frame, ArrayData keys, int at, in Register wanted, int row)
    {
        ReadOnlySpan<byte> bytes = frame.Text(wanted, row).Span;
        if (_encoder is null)
        {
            return (keys is ViewArray views ? views.GetBytes(at) : ((BinaryArray)keys).GetBytes(at)).SequenceEqual(bytes);
        }

        _bytes.Clear();
        _encoder.Encode(keys, at, _bytes);
        return _bytes.Span.SequenceEqual(bytes);
    }
}
