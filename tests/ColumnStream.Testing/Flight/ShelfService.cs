using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Testing.Flight;

/// <summary>Keeps what is uploaded under its path and gives it back: a whole Flight service without an engine.</summary>
public sealed class ShelfService : FlightService, IDisposable
{
    private readonly ConcurrentDictionary<string, (Schema Schema, List<RecordBatch> Batches)> _shelf = new();
    private readonly TaskCompletionSource<GrpcStatusCode> _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets what completes when a call of <c>wait</c> was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>Gets the calls of <c>wait</c> that have begun.</summary>
    public SemaphoreSlim Waiting { get; } = new(0);

    /// <inheritdoc/>
    public override async Task HandshakeAsync(FlightHandshake handshake, FlightCall call)
    {
        string expected = "Basic " + Convert.ToBase64String("ann:secret"u8);
        if (call.Headers.Get("authorization") != expected)
        {
            throw new GrpcException(GrpcStatusCode.Unauthenticated, "User or password is wrong.");
        }

        call.ResponseHeaders.Add("authorization", "Bearer token-of-ann");
        ReadOnlyMemory<byte>? payload = await handshake.ReadAsync();
        await handshake.WriteAsync(payload ?? default);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<FlightInfo> ListFlightsAsync(ReadOnlyMemory<byte> criteria, FlightCall call)
    {
        string prefix = Encoding.UTF8.GetString(criteria.Span);
        foreach (
            string name in _shelf.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            yield return Info(FlightDescriptor.FromPath(name));
        }

        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<FlightInfo> GetFlightInfoAsync(FlightDescriptor descriptor, FlightCall call) =>
        Task.FromResult(Info(descriptor));

    /// <inheritdoc/>
    public override Task<FlightPollInfo> PollFlightInfoAsync(FlightDescriptor descriptor, FlightCall call) =>
        Task.FromResult(descriptor.IsCommand
            ? new FlightPollInfo { Info = Info(FlightDescriptor.FromPath(Encoding.UTF8.GetString(descriptor.Command.Span))),
                Progress = 1 }
            : new FlightPollInfo { Next = FlightDescriptor.FromText(Name(descriptor)), Progress = 0.25,
                Expiration = call.Deadline });

    /// <inheritdoc/>
    public override Task<Schema> GetSchemaAsync(FlightDescriptor descriptor, FlightCall call) =>
        Task.FromResult(Find(Name(descriptor)).Schema);

    /// <inheritdoc/>
    public override async Task DoGetAsync(ReadOnlyMemory<byte> ticket, FlightBatchWriter output, FlightCall call)
    {
        string name = Encoding.UTF8.GetString(ticket.Span);
        if (name == "wait")
        {
            await WaitAsync(call);
        }

        (Schema schema, List<RecordBatch> batches) = Find(name.EndsWith('!') ? name[..^1] : name);
        await output.StartAsync(schema, appMetadata: Encoding.UTF8.GetBytes(name));
        for (int i = 0; i < batches.Count; i++)
        {
            await output.WriteAsync(batches[i], BitConverter.GetBytes(i));
        }

        if (name.EndsWith('!'))
        {
            call.ResponseTrailers.Add("why", "asked");
            throw new GrpcException(GrpcStatusCode.DataLoss, "Failed behind the data: 50 % läßt sich nicht lesen.");
        }
    }

    /// <inheritdoc/>
    public override async Task DoPutAsync(FlightBatchReader input, FlightResultWriter results, FlightCall call)
    {
        FlightDescriptor descriptor = await input.ReadDescriptorAsync()
            ?? throw new GrpcException(GrpcStatusCode.InvalidArgument, "Upload has no descriptor.");
        Schema? schema = await input.ReadSchemaAsync();
        var batches = new List<RecordBatch>();
        try
        {
            while (await input.ReadAsync() is { } message)
            {
                if (message.Batch is { } batch)
                {
                    batches.Add(batch);
                    await results.WriteAsync(
                        Encoding.UTF8.GetBytes($"{batch.Length} rows {Encoding.UTF8.GetString(message.AppMetadata.Span)}"));
                }
            }
        }
        catch
        {
            batches.ForEach(b => b.Release());
            throw;
        }

        Keep(Name(descriptor), schema ?? new Schema(), batches);
    }

    /// <inheritdoc/>
    public override async Task DoExchangeAsync(FlightBatchReader input, FlightBatchWriter output, FlightCall call)
    {
        FlightDescriptor? descriptor = null;
        while (await input.ReadAsync() is { } message)
        {
            descriptor ??= await input.ReadDescriptorAsync();
            if (message.Batch is not { } batch)
            {
                await output.WriteMetadataAsync(message.AppMetadata);
                continue;
            }

            try
            {
                if (output.Schema is null)
                {
                    await output.StartAsync(input.Schema!);
                }

                await output.WriteAsync(batch, message.AppMetadata);
            }
            finally
            {
                batch.Release();
            }
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ReadOnlyMemory<byte>> DoActionAsync(FlightAction action, FlightCall call)
    {
        switch (action.Type)
        {
            case "echo":
                yield return action.Body;
                break;
            case "headers":
                foreach ((string name, string value) in call.Headers)
                {
                    yield return Encoding.UTF8.GetBytes($"{name}={value}");
                }

                break;
            case "who":
                yield return Encoding.UTF8.GetBytes(
                    $"{call.Identity} {call.Peer.Certificate?.Subject} {call.Peer.IsEncrypted} {call.Peer.IsLocal}");
                break;
            case "wait":
                await WaitAsync(call);
                break;
            case "crash":
                throw new InvalidOperationException("A secret of the server.");
            default:
                throw new GrpcException(new GrpcStatus(GrpcStatusCode.NotFound, $"Action is not known: {action.Type}.")
                {
                    Info = new GrpcErrorInfo("1234", "columnstream", new Dictionary<string, string> { ["sqlstate"] = "42P01" }),
                });
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<FlightActionType> ListActionsAsync(FlightCall call)
    {
        await Task.CompletedTask;
        yield return new FlightActionType("echo", "Returns its body.");
        yield return new FlightActionType("wait", "Waits until it is cancelled.");
    }

    /// <summary>Puts batches, which are taken over, under a name.</summary>
    public void Keep(string name, Schema schema, List<RecordBatch> batches)
    {
        if (_shelf.TryRemove(name, out (Schema, List<RecordBatch> Batches) old))
        {
            old.Batches.ForEach(b => b.Release());
        }

        _shelf[name] = (schema, batches);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, List<RecordBatch> batches) in _shelf.Values)
        {
            batches.ForEach(b => b.Release());
        }

        _shelf.Clear();
        Waiting.Dispose();
    }

    private static string Name(FlightDescriptor descriptor) => string.Join('/', descriptor.Path);

    private async Task WaitAsync(FlightCall call)
    {
        Waiting.Release();
        try
        {
            await Task.Delay(Timeout.Infinite, call.Cancellation);
        }
        finally
        {
            _cancelled.TrySetResult(GrpcStatusCode.Cancelled);
        }
    }

    private (Schema Schema, List<RecordBatch> Batches) Find(string name) =>
        _shelf.TryGetValue(name, out (Schema, List<RecordBatch>) found)
        ? found
        : throw new GrpcException(GrpcStatusCode.NotFound, $"Nothing is called so: {name}.");

    private FlightInfo Info(FlightDescriptor descriptor)
    {
        (Schema schema, List<RecordBatch> batches) = Find(Name(descriptor));
        return new FlightInfo
        {
            Schema = schema,
            Descriptor = descriptor,
            Endpoints = [new FlightEndpoint(
                Encoding.UTF8.GetBytes(Name(descriptor))) { Locations = [FlightEndpoint.SameConnection] }],
            TotalRecords = batches.Sum(b => b.Length),
            IsOrdered = true,
        };
    }
}
