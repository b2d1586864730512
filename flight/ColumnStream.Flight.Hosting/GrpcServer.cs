using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight.Grpc;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ColumnStream.Flight.Hosting;

/// <summary>Serves gRPC methods over HTTP/2.</summary>
/// <remarks>
/// Runs Kestrel without a host, so that signals, draining and sockets are this process's own. A call's error ends the call.
/// </remarks>
internal sealed class GrpcServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    public const string ContentType = "application/grpc";
    private readonly GrpcServerOptions _options;
    private readonly FrozenDictionary<string, GrpcRoute> _routes;
    private readonly KestrelHost _host;
    private readonly CancellationTokenSource _stopping = new();
    private readonly UnpackTurns _unpacking = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _activeCalls;
    private long _startedCalls;

    public GrpcServer(GrpcServerOptions options, IEnumerable<GrpcRoute> routes)
    {
        options.Profile.Check();
        _options = options;
        _routes = routes.ToFrozenDictionary(r => r.Path, StringComparer.Ordinal);
        _host = new KestrelHost(options);
    }

    /// <summary>Gets the addresses that the listeners took, in their order; null for a Unix socket.</summary>
    public IReadOnlyList<IPEndPoint?> Addresses => _host.Addresses;

    /// <summary>Gets the calls that run now.</summary>
    public int ActiveCalls => Volatile.Read(ref _activeCalls);

    /// <summary>Gets the connections that have a place.</summary>
    public int Connections => _host.Connections;

    /// <summary>Gets the calls that were begun.</summary>
    public long StartedCalls => Interlocked.Read(ref _startedCalls);

    /// <summary>Gets the bytes of network blocks, in use and idle.</summary>
    public long NetworkBytes => _host.NetworkBytes;

    /// <summary>Gets those among them that calls hold, or held: outside the heap.</summary>
    public long CallNetworkBytes => _host.CallPool.TotalBytes;

    public Task StartAsync(CancellationToken cancellation = default) => _host.StartAsync(this, cancellation);

    /// <summary>
    /// Stops taking connections and calls, lets the running calls end for <paramref name="drain"/>, and then ends them.
    /// </summary>
    public async Task StopAsync(TimeSpan drain)
    {
        using var abort = new CancellationTokenSource();
        Task closing = _host.StopAsync(abort.Token);
        await EndedWithinAsync(closing, drain).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        // Calls now end with a status; those that do not lose their connection.
        await EndedWithinAsync(closing, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        await abort.CancelAsync().ConfigureAwait(false);
        await closing.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) =>
        new DefaultHttpContext(contextFeatures);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    async Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        Interlocked.Increment(ref _activeCalls);
        Interlocked.Increment(ref _startedCalls);
        GateEntry? entry = GateEntry.Of(context);
        entry?.BeginCall();
        try
        {
            if (entry is not null)
            {
                await entry.Turns.EnterAsync().ConfigureAwait(false);
            }

            await AnswerAsync(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _activeCalls);
            entry?.EndCall();
            ResetBudget.Count(context, _options);
        }
    }

    private static async Task EndedWithinAsync(Task closing, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource();
        await Task.WhenAny(closing, Task.Delay(limit, timer.Token)).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!IsGrpc(context, out int refusal))
        {
            context.Response.StatusCode = refusal;
            return;
        }

        if (!_routes.TryGetValue(context.Request.Path.Value ?? string.Empty, out GrpcRoute? route))
        {
            await RefuseAsync(context, new GrpcException(
                GrpcStatusCode.Unimplemented, $"Method is not known: {context.Request.Path}.")).ConfigureAwait(false);
            return;
        }

        GrpcServerCall call;
        try
        {
            call = new GrpcServerCall(context, route, _options, _unpacking, _stopping.Token);
        }
        catch (GrpcException error)
        {
            await RefuseAsync(context, error).ConfigureAwait(false);
            return;
        }

        using (call)
        {
            using Activity? activity = CallActivity.Begin(call, route);
            GrpcStatus status = await RunAsync(call, route).ConfigureAwait(false);
            CallActivity.End(activity, status);
            await call.FinishAsync(status).ConfigureAwait(false);
        }
    }

    private async Task<GrpcStatus> RunAsync(GrpcServerCall call, GrpcRoute route)
    {
        try
        {
            if (!_options.KnowsCallers)
            {
                call.Identify(null);
            }

            await route.Handler(call).ConfigureAwait(false);
            return GrpcStatus.Ok;
        }
        catch (GrpcException error)
        {
            call.ResponseTrailers = error.Trailers.Count > 0 ? error.Trailers : call.ResponseTrailers;
            return error.Status;
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested || call.IsAbandoned)
        {
            return call.StatusOfCancellation();
        }
        catch (Exception error)
        {
            return StatusOf(error);
        }
    }

    private GrpcStatus StatusOf(Exception error)
    {
        if (_options.MapError?.Invoke(error) is { } mapped)
        {
            return mapped;
        }

        switch (error)
        {
            case MemoryLimitException:
                return new GrpcStatus(GrpcStatusCode.ResourceExhausted, error.Message);
            case IpcException:
                return new GrpcStatus(GrpcStatusCode.InvalidArgument, error.Message);
            default:
                _options.Log?.Invoke(error);
                return new GrpcStatus(GrpcStatusCode.Internal, "The server failed; its log says why.");
        }
    }

    private static bool IsGrpc(HttpContext context, out int refusal)
    {
        string type = context.Request.ContentType ?? string.Empty;
        refusal = !string.Equals(context.Request.Method, "POST", StringComparison.Ordinal) ? StatusCodes.Status405MethodNotAllowed
            : !type.StartsWith(ContentType, StringComparison.Ordinal)
                || (type.Length > ContentType.Length && type[ContentType.Length] is not ('+' or ';'))
                ? StatusCodes.Status415UnsupportedMediaType
            : 0;
        return refusal == 0;
    }

    private async Task RefuseAsync(HttpContext context, GrpcException error)
    {
        var route = new GrpcRoute("/", IsUnary: false, IsData: false, IsStreamed: false, _ => Task.CompletedTask);
        foreach (string header in new[] { "grpc-encoding", TimeoutText.Header })
        {
            context.Request.Headers.Remove(header);
        }

        using var call = new GrpcServerCall(context, route, _options, _unpacking, _stopping.Token);
        await call.FinishAsync(error.Status).ConfigureAwait(false);
    }
}
