using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;

namespace ColumnStream.Flight.Grpc;

/// <summary>Reads gRPC's messages one after another, so that a reader takes each apart as its bytes arrive.</summary>
/// <remarks>
/// <code>
/// | u8 compressed | u32 length, big-endian | message |
/// </code>
/// One reader. Every length is held against the message's and the limit before anything is reserved.
/// </remarks>
internal sealed class FrameReader
{
    private const int PrefixBytes = 5;
    private const int Step = 64 << 10;
    private const int MostAtOnce = 4 << 10;
    private readonly ByteSource _source;
    private readonly bool _isGzip;
    private readonly int _maxMessageBytes;
    private ByteSource _message;
    private readonly UnpackTurns _turns;
    private byte[] _packed = [];
    private volatile bool _isFilling;
    private GZipStream? _unpacked;

    /// <summary>Reads from a source.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="isGzip">Whether messages may be compressed.</param>
    /// <param name="maxMessageBytes">The most bytes of a message, also when decompressed.</param>
    /// <param name="turns">Who may decompress when; null lets it be done at once.</param>
    public FrameReader(ByteSource source, bool isGzip, int maxMessageBytes, UnpackTurns? turns = null)
    {
        _turns = turns ?? UnpackTurns.Unbounded;
        _source = source;
        _message = source;
        _isGzip = isGzip;
        _maxMessageBytes = maxMessageBytes;
    }

    /// <summary>Gets the bytes of the current message not yet read.</summary>
    public int Left { get; private set; }

    /// <summary>Comes to the next message, whose bytes must all be read; false at the end.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        if (Left != 0)
        {
            throw new InvalidOperationException($"Message was not read to its end: {Left} bytes left.");
        }

        if (!await _source.FillAsync(PrefixBytes).ConfigureAwait(false))
        {
            ReturnPacked();
            return PeekOne() ? throw Broken("Stream ends inside a message's prefix.") : false;
        }

        _unpacked?.Dispose();
        _unpacked = null;
        bool isCompressed = OpenPrefix(out uint length);
        if (length > (uint)_maxMessageBytes)
        {
            throw new GrpcException(
                GrpcStatusCode.ResourceExhausted, $"Message exceeds the limit: {length}, {_maxMessageBytes} bytes.");
        }

        Left = (int)length;
        _message = _source;
        if (isCompressed)
        {
            ReadOnlyMemory<byte> packed = await ReadPackedAsync(Left).ConfigureAwait(false);
            Left = await MeasureAsync(packed).ConfigureAwait(false);
            _message = new StreamSource(_unpacked = Unpack(packed), CancellationToken.None);
        }

        return true;
    }

    /// <summary>Reads the current message as protobuf.</summary>
    public async ValueTask<T> ReadMessageAsync<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        int length = Left;
        if (length <= Step)
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                await ReadAsync(rented.AsMemory(0, length)).ConfigureAwait(false);
                return ProtoWire.Parse(parser, rented.AsSpan(0, length));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        return ProtoWire.Parse(parser, await ReadBytesAsync(length).ConfigureAwait(false));
    }

    /// <summary>Reads an integer of the message.</summary>
    public async ValueTask<ulong> ReadVarintAsync()
    {
        int most = Math.Min(Left, ProtoWire.MaxVarintBytes);
        for (int wanted = Math.Min(most, 1); ; wanted++)
        {
            bool arrived = await _message.FillAsync(wanted).ConfigureAwait(false);
            int bytes = PeekVarint(most, out ulong value);
            if (bytes > 0)
            {
                _message.Skip(bytes);
                Left -= bytes;
                return value;
            }

            if (bytes < 0 || !arrived || wanted >= most)
            {
                throw Broken("Message holds an integer without end.");
            }
        }
    }

    /// <summary>Reads the length of a field, which must lie inside the message.</summary>
    public async ValueTask<int> ReadLengthAsync()
    {
        ulong length = await ReadVarintAsync().ConfigureAwait(false);
        return length <= (ulong)Left
            ? (int)length : throw Broken($"Field is longer than its message: {length}, {Left} bytes left.");
    }

    /// <summary>Fills the target with bytes of the message.</summary>
    public async ValueTask ReadAsync(Memory<byte> target)
    {
        if (target.Length > Left)
        {
            throw Broken($"Message ends early: {Left} bytes left, expected {target.Length}.");
        }

        int read = _unpacked is null || target.Length <= MostAtOnce
            ? await _message.ReadAsync(target).ConfigureAwait(false) : await UnpackAsync(target).ConfigureAwait(false);
        Left -= read;
        if (read < target.Length)
        {
            throw Broken($"Stream ends inside a message: {target.Length - read} bytes missing.");
        }
    }

    /// <summary>Reads bytes into an array that grows with what arrives.</summary>
    public async ValueTask<byte[]> ReadBytesAsync(int length)
    {
        byte[] bytes = length == 0 ? [] : new byte[Math.Min(length, Step)];
        int done = 0;
        while (done < length)
        {
            if (done == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(length, bytes.Length * 4L));
            }

            await ReadAsync(bytes.AsMemory(done)).ConfigureAwait(false);
            done = bytes.Length;
        }

        return bytes;
    }

    /// <summary>Passes over bytes of the message.</summary>
    public async ValueTask SkipAsync(int count)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Min(count, Step));
        try
        {
            for (int now; count > 0; count -= now)
            {
                now = Math.Min(count, rented.Length);
                await ReadAsync(rented.AsMemory(0, now)).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Gives back what was lent, once nobody reads any more.</summary>
    public void Close()
    {
        _unpacked?.Dispose();
        // A read that was left writes there still, at a time of its own: that array is lost to the pool.
        if (!_isFilling)
        {
            ReturnPacked();
        }
    }

    private static GrpcException Broken(string message) => new(GrpcStatusCode.InvalidArgument, message);

    private bool PeekOne()
    {
        Span<byte> one = stackalloc byte[1];
        return _source.Peek(one) == 1;
    }

    private int PeekVarint(int most, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[ProtoWire.MaxVarintBytes];
        return ProtoWire.ReadVarint(bytes[..Math.Min(most, _message.Peek(bytes))], out value);
    }

    private bool OpenPrefix(out uint length)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        _source.Peek(prefix);
        _source.Skip(PrefixBytes);
        length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return prefix[0] switch
        {
            0 => false,
            1 when _isGzip => true,
            1 => throw Broken("Message is compressed, but no compression was agreed."),
            byte flag => throw Broken($"Message has an unknown compression flag: {flag}."),
        };
    }

    private static GZipStream Unpack(ReadOnlyMemory<byte> packed)
    {
        MemoryMarshal.TryGetArray(packed, out ArraySegment<byte> bytes);
        return new GZipStream(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count), CompressionMode.Decompress);
    }

    /// <summary>
    /// Finds how long a message is when decompressed, up to the limit: it is decompressed again as it is read, so that a few bytes, which
    /// can declare a thousand times as many, reserve nothing.
    /// </summary>
    private async ValueTask<int> MeasureAsync(ReadOnlyMemory<byte> packed)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            using GZipStream gzip = Unpack(packed);
            for (int length = 0; ;)
            {
                await _turns.EnterAsync().ConfigureAwait(false);
                int read;
                try
                {
                    read = Pass(gzip, chunk);
                }
                finally
                {
                    _turns.Leave();
                }

                if (length > _maxMessageBytes - read)
                {
                    throw new GrpcException(
                        GrpcStatusCode.ResourceExhausted,
                        $"Message exceeds the limit when decompressed: {_maxMessageBytes} bytes.");
                }

                if (read == 0)
                {
                    return length;
                }

                length += read;
            }
        }
        catch (InvalidDataException error)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "Message cannot be decompressed as gzip.", error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Passes over as many bytes as one turn may decompress; 0 at the end.</summary>
    private static int Pass(GZipStream gzip, byte[] chunk)
    {
        int passed = 0;
        for (int read; passed < UnpackTurns.SliceBytes && (read = gzip.Read(chunk)) > 0;)
        {
            passed += read;
        }

        return passed;
    }

    /// <summary>Decompresses in turns; returns fewer bytes only at the end.</summary>
    private async ValueTask<int> UnpackAsync(Memory<byte> target)
    {
        int done = 0;
        while (done < target.Length)
        {
            Memory<byte> slice = target.Slice(done, Math.Min(UnpackTurns.SliceBytes, target.Length - done));
            await _turns.EnterAsync().ConfigureAwait(false);
            int read;
            try
            {
                read = await _message.ReadAsync(slice).ConfigureAwait(false);
            }
            finally
            {
                _turns.Leave();
            }

            done += read;
            if (read < slice.Length)
            {
                break;
            }
        }

        return done;
    }

    /// <summary>Reads a compressed message into a lent array, which is the last one's where that is large enough.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReadPackedAsync(int length)
    {
        _isFilling = true;
        try
        {
            for (int done = 0; done < length;)
            {
                if (done == _packed.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, Math.Max(Step, done * 4L)));
                    _packed.AsSpan(0, done).CopyTo(larger);
                    ReturnPacked();
                    _packed = larger;
                }

                int now = Math.Min(length, _packed.Length) - done;
                await ReadAsync(_packed.AsMemory(done, now)).ConfigureAwait(false);
                done += now;
            }
        }
        finally
        {
            _isFilling = false;
        }

        return _packed.AsMemory(0, length);
    }

    private void ReturnPacked()
    {
        if (_packed.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_packed);
            _packed = [];
        }
    }
}
