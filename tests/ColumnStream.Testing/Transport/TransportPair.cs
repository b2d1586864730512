using System;
using System.Buffers.Binary;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Transport;

/// <summary>Is a producer's and a consumer's node, and channels between them with frames that tell their number and content.</summary>
public sealed class TransportPair
{
    private readonly TransportWorld _world;
    private int _wakes;

    public TransportPair(TransportWorld world, TransportOptions? options = null)
    {
        _world = world;
        Producer = world.Node(options);
        Consumer = world.Node(options);
        Endpoint = world.Listen(Producer);
    }

    public TransportNode Producer { get; }

    public TransportNode Consumer { get; }

    public TransportEndpoint Endpoint { get; }

    /// <summary>Gets how often an owner was woken.</summary>
    public int Wakes => Volatile.Read(ref _wakes);

    public static ChannelId Id(int number = 0, string job = "job") => new(job, 3, number, 1);

    public FrameSender Offer(int number = 0, int attempt = 1, string job = "job") =>
        Producer.Offer(Id(number, job), new FencingToken(1, attempt), Wake);

    public FrameReceiver Open(int number = 0, int attempt = 1, long window = 1 << 20, string job = "job") =>
        Consumer.Open(Endpoint, Id(number, job), new FencingToken(1, attempt), window, Wake);

    /// <summary>Opens a channel at both ends and waits until it is open.</summary>
    public (FrameSender Sender, FrameReceiver Receiver) Channel(int number = 0, int attempt = 1, long window = 1 << 20)
    {
        FrameSender sender = Offer(number, attempt);
        FrameReceiver receiver = Open(number, attempt, window);
        _world.Until(() => sender.TryReserve() || receiver.Failure is not null, "the channel is open");
        return receiver.Failure is { } failure ? throw failure : (sender, receiver);
    }

    /// <summary>Makes a frame whose bytes follow from its number.</summary>
    public Frame Make(int number, int bodyBytes)
    {
        var random = new Random(number);
        var header = new byte[8 + random.Next(0, 100)];
        var metadata = new byte[random.Next(0, 50)];
        random.NextBytes(header);
        random.NextBytes(metadata);
        BinaryPrimitives.WriteInt32LittleEndian(header, number);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), bodyBytes);
        if (bodyBytes < 0)
        {
            return new Frame(header, null, metadata);
        }

        NativeBuffer body = _world.Memory.Allocate(bodyBytes);
        Fill(random, body.Span);
        return new Frame(header, FrameBody.Of(body), metadata);
    }

    /// <summary>Says what is wrong with a frame that should be the one of a number, and releases it.</summary>
    public string? Difference(Frame frame, int number)
    {
        try
        {
            int bodyBytes = frame.Header.Length < 8 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(frame.Header.Span[4..]);
            Frame expected = Make(number, bodyBytes);
            try
            {
                if (!frame.Header.Span.SequenceEqual(expected.Header.Span)
                    || !frame.AppMetadata.Span.SequenceEqual(expected.AppMetadata.Span))
                {
                    return $"frame {number} has another header";
                }

                NativeBuffer? body = frame.Body?.ToBuffer(_world.Memory);
                try
                {
                    return (body?.Length ?? 0) != Math.Max(0, bodyBytes) ? $"frame {number} has {body?.Length} bytes, not {bodyBytes}"
                        : body is not null && !body.Span.SequenceEqual(expected.Body!.Parts[0].Span) ? $"frame {number} has other bytes"
                        : null;
                }
                finally
                {
                    body?.Release();
                }
            }
            finally
            {
                expected.Release();
            }
        }
        finally
        {
            frame.Release();
        }
    }

    private static void Fill(Random random, Span<byte> bytes)
    {
        // Random bytes in front, then a pattern: large frames must not take seconds.
        random.NextBytes(bytes[..Math.Min(bytes.Length, 4096)]);
        for (int i = 4096; i < bytes.Length; i += 4096)
        {
            bytes[..Math.Min(4096, bytes.Length - i)].CopyTo(bytes[i..]);
            bytes[i] = (byte)(i >> 12);
        }
    }

    private void Wake() => Interlocked.Increment(ref _wakes);
}
