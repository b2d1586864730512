using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Nested;

namespace ColumnStream.Compute.Execution;

/// <summary>Collects one result column tile by tile; steps write fixed-width values straight into it.</summary>
/// <param name="register">The register that is collected.</param>
/// <param name="type">The column's type.</param>
/// <param name="layout">How the register stores rows.</param>
/// <param name="inPlace">Whether a step writes its rows straight into the column.</param>
/// <param name="decoder">Turns canonical bytes into rows, where the column is nested and the register is not.</param>
internal sealed unsafe class Output(int register, DataType type, Layout layout, bool inPlace, NestedDecoder? decoder)
{
    private ColumnBuilder? _builder;
    private NativeBuffer? _values;
    private NativeBuffer? _validity;

    public int Register => register;

    /// <summary>Allocates room for whole tiles and makes views safe that no step will write.</summary>
    public void Begin(int rows, BufferAllocator allocator)
    {
        if (decoder is not null)
        {
            _builder ??= ColumnBuilder.Create(type, allocator, Frame.TileRows);
            return;
        }

        int padded = (rows + Frame.TileRows - 1) & -Frame.TileRows;
        _values = allocator.Allocate(layout == Layout.Bit ? padded / 8 : (long)padded * Layouts.Width(layout));
        if (layout == Layout.View)
        {
            new Span<byte>(_values.Pointer, padded * 16).Clear();
        }
    }

    /// <summary>Points the register into the column before the tile runs.</summary>
    public void Point(Frame frame)
    {
        if (inPlace)
        {
            frame[register].Data = Target(frame.FirstRow);
        }
    }

    /// <summary>Takes the tile's values and validity.</summary>
    public void Take(Frame frame, int batchRows, BufferAllocator allocator)
    {
        ref Register source = ref frame[register];
        if (decoder is not null)
        {
            Decode(frame, source, _builder!, decoder);
            return;
        }

        byte* target = Target(frame.FirstRow);
        if (source.Data != target)
        {
            CopyValues(frame, ref source, target);
        }

        if (source.Valid is not null && _validity is null)
        {
            _validity = allocator.Allocate(Bitmap.ByteCount(batchRows));
            new Span<byte>(_validity.Pointer, frame.FirstRow >> 3).Fill(0xFF);
        }

        if (_validity is not null)
        {
            var bits = new Span<byte>(_validity.Pointer + (frame.FirstRow >> 3), Frame.BitmapBytes);
            if (source.Valid is null)
            {
                bits.Fill(0xFF);
            }
            else
            {
                new ReadOnlySpan<byte>(source.Valid, Frame.BitmapBytes).CopyTo(bits);
            }
        }
    }

    /// <summary>Marks a tile in which no row counts as null, so that nobody reads it.</summary>
    public void Skip(Frame frame, int batchRows, BufferAllocator allocator)
    {
        if (decoder is not null)
        {
            for (int i = 0; i < frame.Rows; i++)
            {
                _builder!.AppendNull();
            }

            return;
        }

        if (_validity is null)
        {
            _validity = allocator.Allocate(Bitmap.ByteCount(batchRows));
            new Span<byte>(_validity.Pointer, frame.FirstRow >> 3).Fill(0xFF);
        }

        new Span<byte>(_validity.Pointer + (frame.FirstRow >> 3), Frame.BitmapBytes).Clear();
        int bytes = layout == Layout.Bit ? Frame.BitmapBytes : Frame.TileRows * Layouts.Width(layout);
        Unsafe.InitBlock(Target(frame.FirstRow), 0, (uint)bytes);
    }

    /// <summary>Makes the array; the caller owns it.</summary>
    public ArrayData Finish(Frame frame, int rows, BufferAllocator allocator)
    {
        if (decoder is not null)
        {
            return _builder!.Finish();
        }

        NativeBuffer values = _values!;
        NativeBuffer? validity = _validity;
        _values = null;
        _validity = null;
        if (validity is not null)
        {
            validity.Length = (rows + 7) >> 3;
            TrimBits(validity.Pointer, rows);
        }

        if (layout == Layout.Nested)
        {
            values.Release();
            return Nested(frame.Arrays[register], validity, rows, allocator);
        }

        if (layout == Layout.Bit)
        {
            values.Length = (rows + 7) >> 3;
            TrimBits(values.Pointer, rows);
            return type.Id == TypeId.Null ? Null(values, validity, rows) : new BooleanArray(rows, values, validity);
        }

        values.Length = (long)rows * Layouts.Width(layout);
        return layout == Layout.View
            ? new ViewArray(type, rows, values, UsedBuffers(frame, (StringView*)values.Pointer, rows), validity)
            : new FixedWidthArray(type, rows, values, validity);
    }

    /// <summary>Gives back what an evaluation that failed had begun.</summary>
    public void Abandon()
    {
        _builder?.Dispose();
        _values?.Release();
        _validity?.Release();
        _values = null;
        _validity = null;
    }

    private static NullArray Null(NativeBuffer values, NativeBuffer? validity, int rows)
    {
        values.Release();
        validity?.Release();
        return new NullArray(rows);
    }

    /// <summary>Appends the tile's values; rows that do not count are null.</summary>
    private static void Decode(Frame frame, in Register source, ColumnBuilder builder, NestedDecoder decoder)
    {
        byte* active = frame[0].Data;
        for (int i = 0; i < frame.Rows; i++)
        {
            if (Bitmap.Get(active, i) && (source.Valid is null || Bitmap.Get(source.Valid, i)))
            {
                decoder.Append(builder, frame.Text(source, i));
            }
            else
            {
                builder.AppendNull();
            }
        }
    }

    /// <summary>Shares a nested child; nulls of the record around it become nulls of the child.</summary>
    private ArrayData Nested(ArrayData? array, NativeBuffer? validity, int rows, BufferAllocator allocator)
    {
        if (array is not null)
        {
            return NestedColumns.Share(array, type, validity);
        }

        // No tile ran: every row is null.
        validity?.Release();
        using var nulls = ColumnBuilder.Create(type, allocator, Math.Max(1, rows));
        for (int i = 0; i < rows; i++)
        {
            nulls.AppendNull();
        }

        return nulls.Finish();
    }

    private static void TrimBits(byte* bits, int rows)
    {
        if ((rows & 7) != 0)
        {
            bits[rows >> 3] &= (byte)((1 << (rows & 7)) - 1);
        }
    }

    private byte* Target(int row) =>
        _values!.Pointer + (layout == Layout.Bit ? row >> 3 : (long)row * Layouts.Width(layout));

    private void CopyValues(Frame frame, ref Register source, byte* target)
    {
        int bytes = layout == Layout.Bit ? (frame.Rows + 7) >> 3 : frame.Rows * Layouts.Width(layout);
        Buffer.MemoryCopy(source.Data, target, bytes, bytes);
        if (layout == Layout.View && source.BufferBase != 0)
        {
            for (int i = 0; i < frame.Rows; i++)
            {
                StringView* view = (StringView*)target + i;
                view->BufferIndex += view->IsInline ? 0 : source.BufferBase;
            }
        }
    }

    /// <summary>Renumbers long views over the buffers they use, which the array then keeps alive.</summary>
    private static NativeBuffer[] UsedBuffers(Frame frame, StringView* views, int rows)
    {
        Span<int> places = frame.BufferCount <= 256 ? stackalloc int[frame.BufferCount] : new int[frame.BufferCount];
        places.Clear();
        int used = 0;
        for (int i = 0; i < rows; i++)
        {
            if (!views[i].IsInline)
            {
                ref int place = ref places[views[i].BufferIndex];
                place = place == 0 ? ++used : place;
                views[i].BufferIndex = place - 1;
            }
        }

        if (used == 0)
        {
            return [];
        }

        var buffers = new NativeBuffer[used];
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i] > 0)
            {
                buffers[places[i] - 1] = frame.Buffer(i).Retain();
            }
        }

        return buffers;
    }
}
