using System;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Reads FlightData messages field by field, so that a body goes from the connection straight into its buffer.</summary>
/// <remarks>
/// <code>
/// message FlightData { FlightDescriptor descriptor = 1; bytes header = 2; bytes app_metadata = 3; bytes body = 1000; }
/// </code>
/// Fields may come in any order; a repeated one replaces the earlier. The buffer grows with what arrives,
/// and is charged before that is read.
/// </remarks>
internal sealed class FlightDataReader(FrameReader frames, BufferAllocator allocator) : IDisposable
{
    private const int MaxHeaderBytes = 16 << 20;
    private const int FirstBytes = 64 << 10;
    private readonly MemoryWindow _target = new();

    /// <summary>Gets the descriptor of the current message, or null.</summary>
    public FlightDescriptor? Descriptor { get; private set; }

    /// <summary>Gets the metadata of its IPC message, or empty.</summary>
    public byte[] Header { get; private set; } = [];

    /// <summary>Gets the application's bytes, or empty.</summary>
    public byte[] AppMetadata { get; private set; } = [];

    /// <summary>Gets the body, or null; borrowed until the next call.</summary>
    public NativeBuffer? Body { get; private set; }

    /// <summary>Reads the next message; false at the end.</summary>
    public async ValueTask<bool> MoveNextAsync()
    {
        Clear();
        if (!await frames.MoveNextAsync().ConfigureAwait(false))
        {
            return false;
        }

        while (frames.Left > 0)
        {
            ulong tag = await frames.ReadVarintAsync().ConfigureAwait(false);
            await ReadFieldAsync(tag >> 3, (int)(tag & 7)).ConfigureAwait(false);
        }

        return true;
    }

    public void Dispose() => Clear();

    private async ValueTask ReadFieldAsync(ulong field, int form)
    {
        if (form != ProtoWire.Delimited)
        {
            await SkipAsync(field, form).ConfigureAwait(false);
            return;
        }

        int length = await frames.ReadLengthAsync().ConfigureAwait(false);
        switch (field)
        {
            case 1:
                byte[] descriptor = await frames.ReadBytesAsync(length).ConfigureAwait(false);
                Descriptor = FlightDescriptor.FromMessage(ProtoWire.Parse(Protos.FlightDescriptor.Parser, descriptor));
                break;
            case 2 when length > MaxHeaderBytes:
                throw new GrpcException(
                    GrpcStatusCode.ResourceExhausted, $"Metadata exceeds the limit: {length}, {MaxHeaderBytes} bytes.");
            case 2:
                Header = await frames.ReadBytesAsync(length).ConfigureAwait(false);
                break;
            case 3:
                AppMetadata = await frames.ReadBytesAsync(length).ConfigureAwait(false);
                break;
            case FlightDataWriter.BodyField:
                await ReadBodyAsync(length).ConfigureAwait(false);
                break;
            default:
                await frames.SkipAsync(length).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask ReadBodyAsync(int length)
    {
        Body?.Release();
        Body = null;
        int arrived = 0;
        do
        {
            // A length is believed as far as bytes come: a call that only claims much holds little.
            int next = (int)Math.Min(length, arrived == 0 ? FirstBytes : arrived * 16L);
            NativeBuffer larger = allocator.Allocate(next);
            Body?.Span[..arrived].CopyTo(larger.Span);
            Body?.Release();
            Body = larger;
            await frames.ReadAsync(Show(Body, arrived, next - arrived)).ConfigureAwait(false);
            arrived = next;
        }
        while (arrived < length);
    }

    private unsafe Memory<byte> Show(NativeBuffer body, int from, int length) => _target.Point(body.Pointer + from, length);

    private async ValueTask SkipAsync(ulong field, int form)
    {
        switch (form)
        {
            case ProtoWire.Varint:
                await frames.ReadVarintAsync().ConfigureAwait(false);
                break;
            case ProtoWire.Fixed32:
                await frames.SkipAsync(4).ConfigureAwait(false);
                break;
            case ProtoWire.Fixed64:
                await frames.SkipAsync(8).ConfigureAwait(false);
                break;
            default:
                throw new GrpcException(
                    GrpcStatusCode.InvalidArgument, $"Message has a field of an unknown form: field {field}, form {form}.");
        }
    }

    private void Clear()
    {
        Body?.Release();
        Body = null;
        Descriptor = null;
        Header = [];
        AppMetadata = [];
    }
}
