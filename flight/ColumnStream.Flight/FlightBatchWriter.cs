using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight;

/// <summary>Writes a stream of batches: first its schema, then batches and the application's own bytes.</summary>
/// <remarks>One writer. The task of a write is the other side's back-pressure: a client that does not read holds the writer.</remarks>
public sealed class FlightBatchWriter
{
    private readonly FlightDataWriter _messages;
    private readonly BufferAllocator _allocator;
    private readonly FlightStreamHooks _hooks;
    private FlightDescriptor? _descriptor;
    private IpcMessageEncoder? _encoder;

    internal FlightBatchWriter(
        FlightDataWriter messages, BufferAllocator allocator, FlightStreamHooks hooks, FlightDescriptor? descriptor = null)
    {
        _hooks = hooks;
        _messages = messages;
        _allocator = allocator;
        _descriptor = descriptor;
    }

    /// <summary>Gets the schema, or null before <see cref="StartAsync"/>.</summary>
    public Schema? Schema => _encoder?.Schema;

    /// <summary>Writes the schema; before any batch, and again where another begins.</summary>
    /// <param name="schema">The schema of the batches that follow.</param>
    /// <param name="options">How to write; by default text with offsets, decimals of 128 bits, nothing compressed.</param>
    /// <param name="appMetadata">The application's own bytes.</param>
    public async ValueTask StartAsync(Schema schema, IpcWriterOptions? options = null, ReadOnlyMemory<byte> appMetadata = default)
    {
        _encoder?.Dispose();
        _encoder = null;
        _encoder = new IpcMessageEncoder(schema, _allocator, options);
        await _hooks.GuardAsync(_messages.WriteAsync(TakeDescriptor(), _encoder.EncodeSchema(), appMetadata, [], 0))
            .ConfigureAwait(false);
    }

    /// <summary>Writes a batch, which is borrowed until the task completes, behind the dictionaries that it needs.</summary>
    /// <exception cref="InvalidOperationException">No schema was written.</exception>
    public async ValueTask WriteAsync(RecordBatch batch, ReadOnlyMemory<byte> appMetadata = default)
    {
        IpcMessageEncoder encoder = _encoder ?? throw new InvalidOperationException("Stream has no schema yet.");
        encoder.Open(batch);
        try
        {
            while (encoder.MoveNext())
            {
                ReadOnlyMemory<byte> bytes = encoder.IsDictionary ? default : appMetadata;
                await _hooks.GuardAsync(_messages.WriteAsync(null, encoder.Metadata, bytes, encoder.Body, encoder.BodyBytes))
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            encoder.Close();
        }
    }

    /// <summary>
    /// Writes a message that holds nothing but the application's own bytes; they may be empty, to keep a stream alive.
    /// </summary>
    public ValueTask WriteMetadataAsync(ReadOnlyMemory<byte> appMetadata) =>
        _hooks.GuardAsync(_messages.WriteAsync(TakeDescriptor(), default, appMetadata, [], 0));

    /// <summary>Writes a message as it is; all bytes are borrowed until the task completes. Instead of all other writes.</summary>
    internal ValueTask WriteMessageAsync(
        ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> appMetadata, IReadOnlyList<ReadOnlyMemory<byte>> body, long bodyBytes) =>
        _hooks.GuardAsync(_messages.WriteAsync(TakeDescriptor(), header, appMetadata, body, bodyBytes));

    /// <summary>Names the stream where nothing else was written.</summary>
    internal ValueTask FinishAsync() => _descriptor is null ? default : WriteMetadataAsync(default);

    internal void Close()
    {
        _encoder?.Dispose();
        _encoder = null;
    }

    private FlightDescriptor? TakeDescriptor()
    {
        FlightDescriptor? descriptor = _descriptor;
        _descriptor = null;
        return descriptor;
    }
}
