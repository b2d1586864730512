using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Sends requests over one connection, and over more where the server takes no more calls on those there are.</summary>
/// <remarks>
/// Thread-safe. Calls are given to connections in the order in which they came. The first connection that takes a call gets it, so
/// that those which were only needed once have no calls any more and close. One that the server leaves is kept until its calls end.
/// </remarks>
internal sealed class Http2Transport(GrpcChannelOptions options) : ClientTransport
{
    // So long no further connection is tried where the server refused one; those there are go on.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly List<Http2Connection> _open = [];
    private readonly LinkedList<Waiter> _waiting = new();
    private ITimer? _patience;
    private bool _isRefused;
    private bool _isConnecting;

    public override ClientExchange Open(
        string path, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        int port = options.IsEncrypted ? 443 : 80;
        string authority = options.UnixSocket is not null || options.Port == port
            ? options.Host : string.Create(CultureInfo.InvariantCulture, $"{options.Host}:{options.Port}");
        List<KeyValuePair<string, string>> all = [new("content-type", GrpcClientCall.ContentType), .. headers];
        byte[] encoded = HeaderEncoder.Encode(options.IsEncrypted, authority, path, all);
        return new Http2Exchange(OpenAsync, encoded, options.Time, cancellation);
    }

    public override void Dispose()
    {
        _closing.Cancel();
        List<Http2Connection> open;
        lock (_gate)
        {
            open = [.. _open];
            _patience?.Dispose();
        }

        open.ForEach(c => c.Close());
        Refuse(new ObjectDisposedException(nameof(Http2Transport)));
    }

    /// <summary>Opens a call on a connection that takes one.</summary>
    private async Task<Http2Stream> OpenAsync(byte[] headers, CancellationToken cancellation)
    {
        var waiter = new Waiter(headers);
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            node = _waiting.AddLast(waiter);
        }

        Serve();
        try
        {
            return await waiter.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (node.List is not null)
                {
                    _waiting.Remove(node);
                }
            }

            if (!waiter.TrySetCanceled(cancellation) && waiter.Task.IsCompletedSuccessfully)
            {
                (await waiter.Task.ConfigureAwait(false)).Abort(new OperationCanceledException(cancellation));
            }

            throw;
        }
    }

    /// <summary>Gives calls that wait to connections that take them, and makes a connection where one is missing.</summary>
    private void Serve()
    {
        List<(Waiter, Http2Stream)> served = [];
        lock (_gate)
        {
            _open.RemoveAll(c => c.IsOver);
            // Those that wait are served in turn, not whoever comes when a place is free.
            while (_waiting.First is { } first)
            {
                if (_open.Select(c => c.TryOpen(first.Value.Headers)).FirstOrDefault(s => s is not null) is not { } stream)
                {
                    break;
                }

                served.Add((first.Value, stream));
                _waiting.RemoveFirst();
            }

            if (_waiting.Count > 0 && MayConnect())
            {
                _isConnecting = true;
                _ = ConnectAsync();
            }
        }

        served.ForEach(Hand);
    }

    /// <summary>Hands a call to whoever waits for it; no lock is held, because its headers are sent.</summary>
    private static void Hand((Waiter Waiter, Http2Stream Stream) served)
    {
        if (!served.Waiter.TrySetResult(served.Stream))
        {
            served.Stream.Abort(new OperationCanceledException("The call was broken off."));
        }

        served.Stream.Connection.Output.Flush();
    }

    /// <summary>Returns whether another connection would help and is allowed; the gate is held.</summary>
    private bool MayConnect()
    {
        if (_isConnecting || _closing.IsCancellationRequested)
        {
            return false;
        }

        List<Http2Connection> usable = _open.FindAll(c => c.TakesCalls);
        return usable.Count == 0
            || (!_isRefused && usable.Count < options.MaxConnections && usable.TrueForAll(c => c.IsTold));
    }

    private async Task ConnectAsync()
    {
        // The gate is held by whoever asks: nothing here may run before.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task<Http2Wire> connecting = Http2Connector.ConnectAsync(options, _closing.Token);
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Whatever it is that failed, the calls that wait for it are told.
        Exception? failure = connecting.IsCompletedSuccessfully
            ? Begin(new Http2Connection(await connecting.ConfigureAwait(false), options, Serve))
            : connecting.Exception?.InnerException ?? new OperationCanceledException(_closing.Token);
        bool isAlone;
        lock (_gate)
        {
            _isConnecting = false;
            _isRefused = failure is not null && !_closing.IsCancellationRequested;
            if (_isRefused)
            {
                _patience ??= options.Time.CreateTimer(_ => TryAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _patience.Change(s_patience, Timeout.InfiniteTimeSpan);
            }

            isAlone = !_open.Exists(c => c.TakesCalls);
        }

        if (failure is not null && isAlone)
        {
            Refuse(failure);
        }

        Serve();
    }

    /// <summary>Makes a further connection again, where calls wait that nothing else would wake.</summary>
    private void TryAgain()
    {
        lock (_gate)
        {
            _isRefused = false;
        }

        Serve();
    }

    /// <summary>Puts a connection to use; returns why it cannot be, or null.</summary>
    private Exception? Begin(Http2Connection connection)
    {
        bool isClosing;
        lock (_gate)
        {
            isClosing = _closing.IsCancellationRequested;
            if (!isClosing)
            {
                _open.Add(connection);
            }
        }

        if (isClosing)
        {
            connection.Close();
            return new ObjectDisposedException(nameof(Http2Transport));
        }

        // It takes a call before the server is heard: one that closes every connection is not asked without end.
        Serve();
        connection.Start();
        return connection.IsOver && !connection.IsUsed
            ? new IOException("The server closes connections before they take a call.") : null;
    }

    /// <summary>Tells every call that waits that there is no connection for it.</summary>
    private void Refuse(Exception error)
    {
        List<Waiter> waiting;
        lock (_gate)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        waiting.ForEach(w => w.TrySetException(error));
    }

    /// <summary>Waits for a connection that takes its call.</summary>
    private sealed class Waiter(byte[] headers)
        : TaskCompletionSource<Http2Stream>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public byte[] Headers => headers;
    }
}
