using System;
using System.IO;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Collects what one message's body is made of: nodes, buffers where they stand, and copies made for it.</summary>
internal sealed unsafe class BodyLayout(BufferAllocator allocator, IpcWriterOptions options) : IDisposable
{
    private readonly BodyCodec _codec = new();
    private Region[] _regions = new Region[16];
    private Pair[] _places = new Pair[16];
    private Pair[] _nodes = new Pair[16];
    private NativeBuffer[] _scratch = new NativeBuffer[16];
    private ArrayData[] _kept = new ArrayData[4];
    private long[] _viewCounts = new long[4];
    private int _regionCount;
    private int _nodeCount;
    private int _scratchCount;
    private int _keptCount;
    private int _viewCountCount;

    /// <summary>Gets nodes as (rows, nulls).</summary>
    public ReadOnlySpan<Pair> Nodes => _nodes.AsSpan(0, _nodeCount);

    /// <summary>Gets the number of data buffers of each view column.</summary>
    public ReadOnlySpan<long> ViewCounts => _viewCounts.AsSpan(0, _viewCountCount);

    /// <summary>Gets the buffers in the order of their places.</summary>
    public ReadOnlySpan<Region> Regions => _regions.AsSpan(0, _regionCount);

    public void AddNode(int rows, int nulls) => Append(ref _nodes, ref _nodeCount, new Pair(rows, nulls));

    public void AddRegion(byte* pointer, long length) =>
        Append(ref _regions, ref _regionCount, new Region(pointer, length, 0));

    public void AddViewCount(int count) => Append(ref _viewCounts, ref _viewCountCount, count);

    /// <summary>Takes over an array until the body was written.</summary>
    public T Keep<T>(T array)
        where T : ArrayData
    {
        Append(ref _kept, ref _keptCount, array);
        return array;
    }

    /// <summary>Allocates memory that lives until the body was written.</summary>
    public byte* Scratch(long bytes)
    {
        NativeBuffer buffer = allocator.Allocate(bytes);
        Append(ref _scratch, ref _scratchCount, buffer);
        return buffer.Pointer;
    }

    /// <summary>Compresses all buffers if asked and gives each its place (offset, length).</summary>
    public ReadOnlySpan<Pair> Place(out long bodyBytes)
    {
        if (_places.Length < _regionCount)
        {
            _places = new Pair[_regions.Length];
        }

        bodyBytes = 0;
        for (int i = 0; i < _regionCount; i++)
        {
            if (options.Compression != IpcCompression.None)
            {
                _regions[i] = Compress(_regions[i]);
            }

            _places[i] = new Pair(bodyBytes, _regions[i].Length);
            bodyBytes += (_regions[i].Length + Wire.Alignment - 1) & -Wire.Alignment;
        }

        return _places.AsSpan(0, _regionCount);
    }

    /// <summary>Writes the buffers, each padded to 64 bytes, and lets go of copies.</summary>
    public void Write(Stream stream)
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

    /// <summary>Hands over what the body keeps alive; the layout is empty then.</summary>
    public (NativeBuffer[] Copies, ArrayData[] Arrays) Detach()
    {
        NativeBuffer[] copies = _scratch[.._scratchCount];
        ArrayData[] arrays = _kept[.._keptCount];
        Clear();
        return (copies, arrays);
    }

    public void Release()
    {
        for (int i = 0; i < _scratchCount; i++)
        {
            _scratch[i].Release();
        }

        ArrayData.ReleaseAll(_kept.AsSpan(0, _keptCount));
        Clear();
    }

    public void Dispose()
    {
        Release();
        _codec.Dispose();
    }

    private void Clear()
    {
        Array.Clear(_scratch, 0, _scratchCount);
        Array.Clear(_kept, 0, _keptCount);
        _scratchCount = 0;
        _keptCount = 0;
        _regionCount = 0;
        _nodeCount = 0;
        _viewCountCount = 0;
    }

    private static void Append<T>(ref T[] items, ref int count, T item)
    {
        if (count == items.Length)
        {
            Array.Resize(ref items, count * 2);
        }

        items[count++] = item;
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

    /// <summary>Lies in metadata as the format's Buffer (offset, length) and FieldNode (rows, nulls).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Pair(long First, long Second);
}
