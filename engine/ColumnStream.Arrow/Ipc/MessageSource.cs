using System;
using System.Buffers.Binary;
using System.IO;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Reads message frames from a stream and never reserves much more than the stream has delivered.</summary>
internal sealed unsafe class MessageSource(Stream stream, IpcReaderOptions options)
{
    private const int Step = 1 << 20;
    private const int BodyStep = 64 << 20;
    private readonly byte[] _word = new byte[4];
    private byte[] _metadata = [];

    /// <summary>Gets how many bytes were read, or where a seek led.</summary>
    public long Position { get; private set; }

    /// <summary>Gets where the last metadata began.</summary>
    public long MetadataPosition { get; private set; }

    public void Seek(long position) => Position = stream.Seek(position, SeekOrigin.Begin);

    /// <summary>
    /// Reads one message's metadata, valid until the next call; false at an end mark or the end of the bytes.
    /// </summary>
    public bool TryReadMetadata(out ReadOnlySpan<byte> metadata)
    {
        metadata = default;
        if (!TryReadWord(out int length))
        {
            return false;
        }

        if (length == Wire.Continuation && !TryReadWord(out length))
        {
            throw new IpcException("Stream ends inside a message, expected a metadata length.", Position);
        }

        if (length == 0)
        {
            return false;
        }

        if (length < 0 || length > options.MaxMetadataBytes)
        {
            throw new IpcException(
                $"Metadata has an impossible length: {length}, limit {options.MaxMetadataBytes}.", Position - 4);
        }

        metadata = ReadBytes(length);
        return true;
    }

    /// <summary>Reads bytes into the metadata buffer.</summary>
    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        MetadataPosition = Position;
        int read = 0;
        while (read < length)
        {
            int next = Math.Min(length, read + Step);
            if (_metadata.Length < next)
            {
                Array.Resize(ref _metadata, Math.Max(next, Math.Min(length, _metadata.Length * 2)));
            }

            Fill(_metadata.AsSpan(read, next - read));
            read = next;
        }

        return _metadata.AsSpan(0, length);
    }

    /// <summary>Reads a body into one buffer.</summary>
    public NativeBuffer ReadBody(long length, BufferAllocator allocator)
    {
        CheckLimit(length);
        if (stream.CanSeek && length > stream.Length - stream.Position)
        {
            throw new IpcException(
                $"Stream ends inside a body: {stream.Length - stream.Position}, expected {length}.", Position);
        }

        // What cannot seek may declare anything: memory grows with what has arrived.
        long size = stream.CanSeek ? length : Math.Min(length, BodyStep);
        NativeBuffer body = allocator.Allocate(size);
        try
        {
            long read = 0;
            while (read < length)
            {
                if (read == size)
                {
                    size = Math.Min(length, size * 2);
                    NativeBuffer larger = allocator.Allocate(size);
                    Buffer.MemoryCopy(body.Pointer, larger.Pointer, size, read);
                    body.Release();
                    body = larger;
                }

                int now = (int)Math.Min(BodyStep, size - read);
                Fill(new Span<byte>(body.Pointer + read, now));
                read += now;
            }

            return body;
        }
        catch
        {
            body.Release();
            throw;
        }
    }

    public void Skip(long length)
    {
        CheckLimit(length);
        while (length > 0)
        {
            int now = (int)Math.Min(length, Step);
            ReadBytes(now);
            length -= now;
        }
    }

    private void CheckLimit(long bodyBytes)
    {
        if (bodyBytes > options.MaxBodyBytes)
        {
            throw new IpcException($"Body exceeds the limit: {bodyBytes}, {options.MaxBodyBytes} bytes.", Position);
        }
    }

    private bool TryReadWord(out int word)
    {
        int read = stream.ReadAtLeast(_word, 4, throwOnEndOfStream: false);
        Position += read;
        word = BinaryPrimitives.ReadInt32LittleEndian(_word);
        return read switch
        {
            0 => false,
            4 => true,
            _ => throw new IpcException("Stream ends inside a message, expected four bytes.", Position),
        };
    }

    private void Fill(Span<byte> target)
    {
        int read = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        Position += read;
        if (read < target.Length)
        {
            throw new IpcException($"Stream ends inside a message: {target.Length - read} bytes missing.", Position);
        }
    }
}
