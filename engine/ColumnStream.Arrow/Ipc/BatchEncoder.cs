using System;
using System.IO;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Lays out record batches as messages; arrays are written from where they stand. One thread.</summary>
internal sealed unsafe class BatchEncoder(BufferAllocator allocator, IpcWriterOptions options) : IDisposable
{
    private readonly FlatBufferWriter _writer = new();
    private readonly BodyCodec _codec = new();
    private Region[] _regions = new Region[16];
    private Pair[] _places = new Pair[16];
    private Pair[] _nodes = new Pair[16];
    private NativeBuffer[] _scratch = new NativeBuffer[16];
    private ArrayData[] _slices = new ArrayData[4];
    private long[] _viewCounts = new long[4];
    private int _regionCount;
    private int _nodeCount;
    private int _scratchCount;
    private int _sliceCount;
    private int _viewCountCount;

    /// <summary>Gets the bytes of the body, a multiple of 64.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>Lays out the schema message; valid until the next call.</summary>
    public ReadOnlySpan<byte> EncodeSchema(Schema stored)
    {
        _writer.Clear();
        int schema = SchemaEncoder.Encode(_writer, stored);
        BodyBytes = 0;
        return FinishMessage(MessageKind.Schema, schema);
    }

    /// <summary>Lays out a batch message, valid until the next call; <see cref="WriteBody"/> must follow.</summary>
    public ReadOnlySpan<byte> Encode(RecordBatch batch)
    {
        Release();
        foreach (ArrayData column in batch.Columns)
        {
            AddColumn(column);
        }

        if (options.Compression != IpcCompression.None)
        {
            for (int i = 0; i < _regionCount; i++)
            {
                _regions[i] = Compress(_regions[i]);
            }
        }

        return EncodeHeader(batch.Length);
    }

    /// <summary>Writes the buffers of the last batch, each padded to 64 bytes, and lets go of copies.</summary>
    public void WriteBody(Stream stream)
    {
        Span<byte> zeros = stackalloc byte[Wire.Alignment];
        zeros.Clear();
        for (int i = 0; i < _regionCount; i++)
        {
            Region region = _regions[i];
            for (long at = 0; at < region.Length; at += 1 << 30)
            {
                stream.Write(new ReadOnlySpan<byte>(region.Pointer + at, (int)Math.Min(1 << 30, region.Length - at)));
            }

            stream.Write(zeros[..(int)(-region.Length & (Wire.Alignment - 1))]);
        }

        Release();
    }

    public void Dispose()
    {
        Release();
        _codec.Dispose();
    }

    private static void Append<T>(ref T[] items, ref int count, T item)
    {
        if (count == items.Length)
        {
            Array.Resize(ref items, count * 2);
        }

        items[count++] = item;
    }

    private ReadOnlySpan<byte> EncodeHeader(int length)
    {
        if (_places.Length < _regionCount)
        {
            _places = new Pair[_regions.Length];
        }

        long offset = 0;
        for (int i = 0; i < _regionCount; i++)
        {
            _places[i] = new Pair(offset, _regions[i].Length);
            offset += (_regions[i].Length + Wire.Alignment - 1) & -Wire.Alignment;
        }

        BodyBytes = offset;
        _writer.Clear();
        int views = _viewCountCount == 0 ? 0 : _writer.WriteVector<long>(_viewCounts.AsSpan(0, _viewCountCount));
        int buffers = _writer.WriteVector<Pair>(_places.AsSpan(0, _regionCount));
        int nodes = _writer.WriteVector<Pair>(_nodes.AsSpan(0, _nodeCount));
        int compression = 0;
        if (options.Compression != IpcCompression.None)
        {
            _writer.StartTable(2);
            _writer.Add(0, (byte)(options.Compression == IpcCompression.Lz4 ? 0 : 1));
            _writer.Add<byte>(1, 0);
            compression = _writer.EndTable();
        }

        _writer.StartTable(5);
        _writer.Add(0, (long)length);
        _writer.AddOffset(1, nodes);
        _writer.AddOffset(2, buffers);
        if (compression != 0)
        {
            _writer.AddOffset(3, compression);
        }

        if (views != 0)
        {
            _writer.AddOffset(4, views);
        }

        return FinishMessage(MessageKind.RecordBatch, _writer.EndTable());
    }

    private ReadOnlySpan<byte> FinishMessage(MessageKind kind, int header)
    {
        _writer.StartTable(5);
        _writer.Add(3, BodyBytes);
        _writer.AddOffset(2, header);
        _writer.Add(0, Wire.VersionV5);
        _writer.Add(1, (byte)kind);
        return _writer.Finish(_writer.EndTable());
    }

    private void AddColumn(ArrayData array)
    {
        int nulls = array.NullCount;
        Append(ref _nodes, ref _nodeCount, new Pair(array.Length, nulls));
        if (array is NullArray)
        {
            return;
        }

        AddRegion(array.Validity, nulls == 0 ? 0 : (array.Length + 7L) >> 3);
        switch (array)
        {
            case FixedWidthArray a when a.Type.Id == TypeId.Decimal64 && !options.KeepDecimal64:
                AddWidened(a);
                break;
            case FixedWidthArray a:
                AddRegion(a.Pointer, (long)a.Length * a.ByteWidth);
                break;
            case BooleanArray a:
                AddRegion(a.Bits, (a.Length + 7L) >> 3);
                break;
            case ViewArray a:
                AddViews(a);
                break;
            case BinaryArray a:
                AddBinary(a);
                break;
            case ListArray a:
                int* offsets = AddOffsets(a.Offsets, a.Length);
                AddColumn(Slice(a.Items, offsets[0], offsets[a.Length] - offsets[0]));
                break;
            case MapArray a:
                int* starts = AddOffsets(a.Offsets, a.Length);
                AddColumn(Slice(a.Entries, starts[0], starts[a.Length] - starts[0]));
                break;
            case StructArray a:
                foreach (ArrayData field in a.Fields)
                {
                    AddColumn(field);
                }

                break;
            default:
                throw new NotSupportedException($"Type has no wire form: {array.Type}.");
        }
    }

    private void AddViews(ViewArray array)
    {
        if (!options.TextAsViews)
        {
            BinaryArray text = TextLayout.ToOffsets(array, allocator);
            Append(ref _slices, ref _sliceCount, text);
            AddBinary(text);
            return;
        }

        if (!ViewCompactor.IsDense(array))
        {
            array = ViewCompactor.Compact(array, allocator);
            Append(ref _slices, ref _sliceCount, array);
        }

        AddRegion((byte*)array.Pointer, array.Length * 16L);
        Append(ref _viewCounts, ref _viewCountCount, array.Data.Length);
        foreach (NativeBuffer data in array.Data)
        {
            AddRegion(data.Pointer, data.Length);
        }
    }

    private void AddBinary(BinaryArray array)
    {
        int* offsets = AddOffsets(array.Offsets, array.Length);
        AddRegion(array.Data + offsets[0], offsets[array.Length] - offsets[0]);
    }

    /// <summary>Adds offsets that begin at 0, copied if they do not, and returns those of the array.</summary>
    private int* AddOffsets(int* offsets, int length)
    {
        long bytes = (length + 1L) * 4;
        if (offsets[0] == 0)
        {
            AddRegion((byte*)offsets, bytes);
            return offsets;
        }

        int* moved = (int*)Scratch(bytes);
        int first = offsets[0];
        for (int i = 0; i <= length; i++)
        {
            moved[i] = offsets[i] - first;
        }

        AddRegion((byte*)moved, bytes);
        return offsets;
    }

    private void AddWidened(FixedWidthArray array)
    {
        var wide = (long*)Scratch(array.Length * 16L);
        ReadOnlySpan<long> values = array.Values<long>();
        for (int i = 0; i < values.Length; i++)
        {
            wide[2 * i] = values[i];
            wide[(2 * i) + 1] = values[i] >> 63;
        }

        AddRegion((byte*)wide, array.Length * 16L);
    }

    private void AddRegion(byte* pointer, long length) =>
        Append(ref _regions, ref _regionCount, new Region(pointer, length, 0));

    private ArrayData Slice(ArrayData array, int offset, int length)
    {
        if (offset == 0 && length == array.Length)
        {
            return array;
        }

        ArrayData slice = array.Slice(offset, length, allocator);
        Append(ref _slices, ref _sliceCount, slice);
        return slice;
    }

    private byte* Scratch(long bytes)
    {
        NativeBuffer buffer = allocator.Allocate(bytes);
        Append(ref _scratch, ref _scratchCount, buffer);
        return buffer.Pointer;
    }

    /// <summary>Puts the plain length, or -1 and the plain bytes where compression does not help, in front.</summary>
    private Region Compress(Region region)
    {
        if (region.Length == 0)
        {
            return region;
        }

        long bound = Math.Max(region.Length, BodyCodec.Bound(options.Compression, region.Length));
        byte* target = Scratch(bound + 8);
        long written = _codec.Compress(
            options.Compression, region.Pointer, region.Length, target + 8, bound, options.ZstdLevel);
        if (written >= region.Length)
        {
            Buffer.MemoryCopy(region.Pointer, target + 8, bound, region.Length);
            *(long*)target = -1;
            return new Region(target, region.Length + 8, 0);
        }

        *(long*)target = region.Length;
        return new Region(target, written + 8, 0);
    }

    private void Release()
    {
        for (int i = 0; i < _scratchCount; i++)
        {
            _scratch[i].Release();
        }

        ArrayData.ReleaseAll(_slices.AsSpan(0, _sliceCount));
        Array.Clear(_scratch, 0, _scratchCount);
        Array.Clear(_slices, 0, _sliceCount);
        _scratchCount = 0;
        _sliceCount = 0;
        _regionCount = 0;
        _nodeCount = 0;
        _viewCountCount = 0;
    }

    /// <summary>Lies in metadata as the format's Buffer (offset, length) and FieldNode (rows, nulls).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Pair(long First, long Second);
}
