using System;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Finds the buffers of a record batch in its body, decompressed where need be.</summary>
internal sealed unsafe class BodyRegions(IpcReaderOptions options, BufferAllocator allocator) : IDisposable
{
    private readonly BodyCodec _codec = new();
    private Region[] _regions = new Region[16];
    private int _next;

    /// <summary>Gets the buffer that all regions point into; borrowed until <see cref="Close"/>.</summary>
    public NativeBuffer? Owner { get; private set; }

    /// <summary>Gets the number of buffers.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the number of buffers not yet taken.</summary>
    public int Left => Count - _next;

    /// <summary>Checks every buffer against the body; borrows <paramref name="body"/>.</summary>
    public void Open(FlatTable batch, NativeBuffer body, long bodyOffset, long bodyLength, long bodyPosition)
    {
        FlatBufferReader reader = batch.Reader;
        FlatVector buffers = batch.GetVector(2, Wire.BufferBytes);
        if (_regions.Length < buffers.Count)
        {
            _regions = new Region[buffers.Count];
        }

        byte* start = body.Pointer + bodyOffset;
        for (int i = 0; i < buffers.Count; i++)
        {
            int entry = buffers.Start + (i * Wire.BufferBytes);
            long offset = reader.Read<long>(entry);
            long length = reader.Read<long>(entry + 8);
            if (length == 0)
            {
                offset = 0;
            }

            if (offset < 0 || length < 0 || offset > bodyLength || length > bodyLength - offset)
            {
                throw reader.Error($"Buffer is outside the body of {bodyLength} bytes: {offset}, {length}.", entry);
            }

            _regions[i] = new Region(start + offset, length, bodyPosition + offset);
        }

        Count = buffers.Count;
        _next = 0;
        if (batch.Has(3))
        {
            Decompress(Codec(batch.GetTable(3, "compression")));
        }
        else
        {
            Owner = body.Retain();
        }
    }

    /// <summary>Takes the next buffer in schema order.</summary>
    public Region Next(string path, long filePosition) => _next < Count
        ? _regions[_next++]
        : throw new IpcException($"Batch has too few buffers: {Count}. Field {path}.", filePosition);

    /// <summary>Lets go of the owner.</summary>
    public void Close()
    {
        Owner?.Release();
        Owner = null;
    }

    public void Dispose()
    {
        Close();
        _codec.Dispose();
    }

    private static IpcCompression Codec(FlatTable table)
    {
        byte codec = table.Get<byte>(0, 0);
        byte method = table.Get<byte>(1, 0);
        return (codec, method) switch
        {
            (0, 0) => IpcCompression.Lz4,
            (1, 0) => IpcCompression.Zstd,
            _ => throw table.Reader.Error($"Compression is unknown: codec {codec}, method {method}.", table.Position),
        };
    }

    private void Decompress(IpcCompression codec)
    {
        long total = 0;
        for (int i = 0; i < Count; i++)
        {
            total += Padded(PlainLength(_regions[i]));
            if (total > options.MaxBodyBytes)
            {
                throw new IpcException(
                    $"Body exceeds the limit when decompressed: {options.MaxBodyBytes} bytes.",
                    _regions[i].FilePosition);
            }
        }

        Owner = allocator.Allocate(total);
        byte* target = Owner.Pointer;
        for (int i = 0; i < Count; i++)
        {
            Region region = _regions[i];
            long length = PlainLength(region);
            _regions[i] = new Region(target, length, region.FilePosition);
            if (length > 0)
            {
                DecompressOne(codec, region, target, length);
            }

            target += Padded(length);
        }
    }

    private void DecompressOne(IpcCompression codec, Region region, byte* target, long length)
    {
        byte* source = region.Pointer + 8;
        if (*(long*)region.Pointer == -1)
        {
            Buffer.MemoryCopy(source, target, length, length);
            return;
        }

        string? error = _codec.Decompress(codec, source, region.Length - 8, target, length);
        if (error is not null)
        {
            throw new IpcException($"Buffer cannot be decompressed as {codec}: {error}.", region.FilePosition);
        }
    }

    /// <summary>Reads the declared length in front of a compressed buffer; -1 means stored as it is.</summary>
    private long PlainLength(Region region)
    {
        if (region.Length == 0)
        {
            return 0;
        }

        long length = region.Length < 8 ? -2 : *(long*)region.Pointer;
        if (length == -1)
        {
            return region.Length - 8;
        }

        return length >= 0 && length <= options.MaxBodyBytes
            ? length
            : throw new IpcException(
                $"Compressed buffer has an impossible length: {length}, limit {options.MaxBodyBytes}.",
                region.FilePosition);
    }

    private static long Padded(long length) => (length + Wire.Alignment - 1) & -Wire.Alignment;
}
