using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight.Grpc;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Flight.Transport;

/// <summary>Is one end of a link over a DoExchange: one task writes what waits, one reads whatever comes.</summary>
/// <remarks>
/// Messages' heads are the application's metadata of FlightData, frames' headers and bodies its own. Reading never waits for a
/// consumer: frames go into their channels' queues, which credit bounds.
/// </remarks>
internal sealed class FlightLink : TransportLink, IDisposable
{
    private readonly WireQueue _queue;
    private readonly SemaphoreSlim _ready = new(0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private Exception? _failure;
    private bool _isOver;

    public FlightLink(string peer)
    {
        Peer = peer;
        _queue = new WireQueue(Wake);
    }

    public override string Peer { get; }

    /// <summary>Gets what ends the link's call.</summary>
    public CancellationToken Ending => _ending.Token;

    public override void Send(WireMessage message) => _queue.Add(message);

    public override void Drop(uint channel) => _queue.Drop(channel);

    public override void Close(Exception? failure)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _failure ??= failure;

            // Not at once: whoever closes may hold locks. What is closed before its call is open must not wait for it.
            _ending.CancelAfter(1);
        }

        _queue.Close();
    }

    /// <summary>Ends the link's call.</summary>
    public void BreakOff() => _ending.Cancel();

    /// <summary>Moves messages both ways until the link is closed or the call ends; returns why, or null where one end closed it.</summary>
    /// <param name="input">What the other end sends.</param>
    /// <param name="output">What takes messages for it.</param>
    /// <param name="handler">Takes what arrives.</param>
    /// <param name="breakOff">Ends reads and writes that run.</param>
    public async Task<Exception?> RunAsync(FlightBatchReader input, FlightBatchWriter output, ILinkHandler handler, Action breakOff)
    {
        Task writing = WriteAsync(output, breakOff);
        try
        {
            while (await input.ReadMessageAsync().ConfigureAwait(false) is { } message)
            {
                if (message.AppMetadata.Length > 0)
                {
                    handler.Received(WireFormat.Read(message.AppMetadata, message.Header, message.Body?.Retain()));
                }
            }
        }
        catch (Exception error) when (IsKnown(error))
        {
            Fail(error);
        }
        finally
        {
            _queue.Close();
            await writing.ConfigureAwait(false);
        }

        lock (_gate)
        {
            return _failure;
        }
    }

    /// <summary>Ends the link for good.</summary>
    public void Finish(Exception? failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            _isOver = true;
        }

        _queue.Close();
    }

    public void Dispose()
    {
        _ending.Dispose();
        _ready.Dispose();
    }

    /// <summary>Gives an error that a link ends with the form that tasks know.</summary>
    public Exception Map(Exception error) => error switch
    {
        ColumnStreamException => error,
        GrpcException { Status.Message: var text } => TransportFailure.Lost(Peer, text, error),
        OperationCanceledException => TransportFailure.Lost(Peer, "The call was broken off.", error),
        _ => TransportFailure.Lost(Peer, error.Message, error),
    };

    /// <summary>Says whether an error is one of a connection or of what came over it.</summary>
    public static bool IsKnown(Exception error) =>
        error is GrpcException or ColumnStreamException or MemoryLimitException or InvalidOperationException
        || GrpcClientCall.IsTransport(error);

    private void Wake()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _ready.Release();
            }
        }
    }

    private void Fail(Exception error)
    {
        lock (_gate)
        {
            // An end that was closed here shows as a call that was broken off.
            if (!_queue.IsClosed || error is ColumnStreamException)
            {
                _failure ??= Map(error);
            }
        }
    }

    private async Task WriteAsync(FlightBatchWriter output, Action breakOff)
    {
        // Nothing of the caller's, who may hold locks, runs on.
        await Task.Yield();
        try
        {
            while (true)
            {
                while (_queue.TryTake(out WireMessage message))
                {
                    try
                    {
                        FrameBody? body = message.Frame?.Body;
                        await output.WriteMessageAsync(
                            message.Frame?.Header ?? default, WireFormat.WriteHead(message), body?.Parts ?? [], body?.Bytes ?? 0)
                            .ConfigureAwait(false);
                    }
                    finally
                    {
                        message.Release();
                    }
                }

                if (_queue.IsClosed)
                {
                    break;
                }

                await _ready.WaitAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error) when (IsKnown(error))
        {
            Fail(error);
        }
        finally
        {
            _queue.Close();
            breakOff();
        }
    }
}
