using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Tasks;
using Google.Protobuf;

namespace ColumnStream.Flight.Grpc;

/// <summary>Writes gRPC's messages; <see cref="FrameReader"/> shows their form.</summary>
/// <remarks>One writer.</remarks>
internal sealed class FrameWriter(ByteSink sink, bool compresses)
{
    private const int PrefixBytes = 5;

    /// <summary>Writes a message and sends it.</summary>
    public async ValueTask WriteAsync(IMessage message)
    {
        int length = message.CalculateSize();
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            message.WriteTo(rented.AsSpan(0, length));
            ByteSink target = Open(length);
            await target.WriteAsync(rented.AsMemory(0, length)).ConfigureAwait(false);
            await CloseAsync(target).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Begins a message of <paramref name="length"/> bytes, which its caller then writes into the sink returned.</summary>
    public ByteSink Open(long length)
    {
        if (length > int.MaxValue)
        {
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"Message is too long to be sent: {length} bytes.");
        }

        if (compresses)
        {
            return new GzipSink();
        }

        AppendPrefix(0, (uint)length);
        return sink;
    }

    /// <summary>Ends a message that <see cref="Open"/> began, and sends it.</summary>
    public async ValueTask CloseAsync(ByteSink target)
    {
        if (target is GzipSink gzip)
        {
            using (gzip)
            {
                ReadOnlyMemory<byte> packed = gzip.Finish();
                AppendPrefix(1, (uint)packed.Length);
                await sink.WriteAsync(packed).ConfigureAwait(false);
            }
        }

        await sink.FlushAsync().ConfigureAwait(false);
    }

    private void AppendPrefix(byte flag, uint length)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        prefix[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], length);
        sink.Append(prefix);
    }
}
