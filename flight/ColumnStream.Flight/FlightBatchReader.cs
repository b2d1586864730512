using System;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight;

/// <summary>Reads a stream of batches: first its descriptor and schema, then batches and the application's own bytes.</summary>
/// <remarks>
/// One reader. Batches point into what was received, which the call's account pays for until they are released.
/// Disposing of a client's reader before the end cancels the call.
/// </remarks>
public sealed class FlightBatchReader : IAsyncDisposable
{
    private readonly BufferAllocator _allocator;
    private readonly IpcReaderOptions _options;
    private readonly FlightStreamHooks _hooks;
    private FlightDataReader? _messages;
    private IpcMessageDecoder? _decoder;
    private bool _isEnded;
    private bool _isPending;
    private bool _isDisposed;

    internal FlightBatchReader(BufferAllocator allocator, IpcReaderOptions options, FlightStreamHooks hooks)
    {
        _allocator = allocator;
        _options = options;
        _hooks = hooks;
    }

    /// <summary>Gets the schema, or null while none came.</summary>
    public Schema? Schema => _decoder?.Schema;

    /// <summary>Gets the descriptor of the first message, or null while none came.</summary>
    public FlightDescriptor? Descriptor { get; private set; }

    /// <summary>Waits for the first message and returns its descriptor, or null where it has none.</summary>
    public async ValueTask<FlightDescriptor?> ReadDescriptorAsync()
    {
        await OpenAsync().ConfigureAwait(false);
        return Descriptor;
    }

    /// <summary>Waits for the schema; null where the stream ends without one, or begins with something else.</summary>
    public async ValueTask<Schema?> ReadSchemaAsync()
    {
        FlightDataReader messages = await OpenAsync().ConfigureAwait(false);
        while (_decoder is null && !_isEnded && messages.Header.Length == 0 && messages.AppMetadata.Length == 0)
        {
            await MoveNextAsync(messages).ConfigureAwait(false);
        }

        return Schema;
    }

    /// <summary>Reads the next message that holds a batch, the application's bytes or both; null at the end.</summary>
    /// <exception cref="GrpcException">The call failed.</exception>
    /// <exception cref="IpcException">The bytes are not a readable batch.</exception>
    /// <exception cref="MemoryLimitException">The body does not fit the account.</exception>
    public async ValueTask<FlightBatch?> ReadAsync()
    {
        FlightDataReader messages = await OpenAsync().ConfigureAwait(false);
        while (!_isEnded)
        {
            if (!_isPending)
            {
                await MoveNextAsync(messages).ConfigureAwait(false);
                continue;
            }

            _isPending = false;
            RecordBatch? batch = Decode(messages);
            if (batch is not null || messages.AppMetadata.Length > 0)
            {
                return new FlightBatch(batch, messages.AppMetadata) { BodyBytes = messages.Body?.Length ?? 0 };
            }
        }

        return null;
    }

    /// <summary>Comes to the next message as it is, its body undecoded; null at the end. Instead of all other reads.</summary>
    internal async ValueTask<FlightDataReader?> ReadMessageAsync()
    {
        _messages ??= new FlightDataReader(await _hooks.OpenAsync().ConfigureAwait(false), _allocator);
        if (!_isEnded && await _hooks.GuardAsync(_messages.MoveNextAsync()).ConfigureAwait(false))
        {
            Descriptor ??= _messages.Descriptor;
            return _messages;
        }

        if (!_isEnded)
        {
            _isEnded = true;
            await _hooks.EndAsync().ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Lets go of the stream; batches stay valid.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await _hooks.CloseAsync().ConfigureAwait(false);
            _messages?.Dispose();
            _decoder?.Dispose();
        }
    }

    private async ValueTask<FlightDataReader> OpenAsync()
    {
        if (_messages is null)
        {
            _messages = new FlightDataReader(await _hooks.OpenAsync().ConfigureAwait(false), _allocator);
            await MoveNextAsync(_messages).ConfigureAwait(false);
            Descriptor = _messages.Descriptor;
        }

        return _messages;
    }

    /// <summary>Comes to the next message, and reads it where it is the schema.</summary>
    private async ValueTask MoveNextAsync(FlightDataReader messages)
    {
        _isPending = await _hooks.GuardAsync(messages.MoveNextAsync()).ConfigureAwait(false);
        if (!_isPending)
        {
            _isEnded = true;
            await _hooks.EndAsync().ConfigureAwait(false);
            return;
        }

        if (messages.Header.Length > 0 && IpcMessageDecoder.IsSchema(messages.Header))
        {
            // A stream may begin anew with another schema: its dictionaries go with the old one.
            _decoder?.Dispose();
            _decoder = null;
            _decoder = new IpcMessageDecoder(messages.Header, _allocator, _options);
            _isPending = messages.AppMetadata.Length > 0;
        }
    }

    private RecordBatch? Decode(FlightDataReader messages)
    {
        if (messages.Header.Length == 0 || IpcMessageDecoder.IsSchema(messages.Header))
        {
            return null;
        }

        return _decoder is not null
            ? _decoder.Decode(messages.Header, messages.Body)
            : throw new GrpcException(GrpcStatusCode.InvalidArgument, "Stream begins with a batch, expected a schema.");
    }
}
