using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ColumnStream.Flight.Hosting;

/// <summary>Is what is known of one connection.</summary>
internal sealed class GateEntry : IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_arrivalGrace = TimeSpan.FromMilliseconds(250);
    private readonly TaskCompletionSource _sentAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConnectionContext _connection;
    private readonly ConnectionPlaces _places;
    private readonly TimeProvider _time;
    private volatile bool _isAbusive;
    private long _quietSince;
    private int _calls;

    public GateEntry(
        ConnectionContext connection, IPAddress address, AddressTurns turns, ConnectionPlaces places, TimeProvider time)
    {
        (_connection, Address, Turns, _places, _time) = (connection, address, turns, places, time);
        _quietSince = time.GetTimestamp();
        Ended = _ended.Token;
    }

    /// <summary>Gets where it comes from.</summary>
    public IPAddress Address { get; }

    /// <summary>Gets the turns that all connections of its address share.</summary>
    public AddressTurns Turns { get; }

    /// <summary>Gets or sets whose it is: set once a caller of it is known, under the lock of <see cref="ConnectionPlaces"/>.</summary>
    public object? Holder { get; set; }

    /// <summary>Gets whether it was closed for what it did.</summary>
    public bool IsAbusive => _isAbusive;

    /// <summary>Gets whether no call of it runs.</summary>
    public bool IsQuiet => Volatile.Read(ref _calls) == 0;

    /// <summary>Gets when it began, or its last call ended.</summary>
    public long QuietSince => Volatile.Read(ref _quietSince);

    /// <summary>Gets what ends its calls, where it was sent away and they took too long.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Finds the connection of a call; null where no gate stands in front.</summary>
    public static GateEntry? Of(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(GateEntry), out object? found) == true
            ? (GateEntry?)found : null;

    /// <summary>Notes that a call of it begins.</summary>
    public void BeginCall() => Interlocked.Increment(ref _calls);

    /// <summary>Notes that a call of it is over.</summary>
    public void EndCall()
    {
        Volatile.Write(ref _quietSince, _time.GetTimestamp());
        Interlocked.Decrement(ref _calls);
    }

    /// <summary>Notes whose it is; returns why there is no place for it, or null where there is one.</summary>
    public string? Settle(object? holder) => _places.Settle(this, holder ?? Address);

    /// <summary>Asks the connection to make room.</summary>
    public void SendAway() => _sentAway.TrySetResult();

    /// <summary>Closes the connection for what it did.</summary>
    public void Punish(string reason)
    {
        _isAbusive = true;
        _connection.Abort(new ConnectionAbortedException(reason));
    }

    /// <summary>
    /// Waits for the connection's end. One that is sent away is told so (GOAWAY without an error: what it asks from then on its client
    /// asks again elsewhere), its calls may go on for a while, then they are ended, and at last it is closed.
    /// </summary>
    public async Task ServeAsync(Task serving)
    {
        if (await Task.WhenAny(serving, _sentAway.Task).ConfigureAwait(false) != serving)
        {
            TimeSpan grace = Holder is null ? s_arrivalGrace : s_grace;
            _connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            if (!await EndsWithinAsync(serving, grace).ConfigureAwait(false))
            {
                await _ended.CancelAsync().ConfigureAwait(false);
                if (!await EndsWithinAsync(serving, grace).ConfigureAwait(false))
                {
                    _connection.Abort(new ConnectionAbortedException("The place was needed for another connection."));
                }
            }
        }

        await serving.ConfigureAwait(false);
    }

    public void Dispose() => _ended.Dispose();

    private async Task<bool> EndsWithinAsync(Task serving, TimeSpan limit)
    {
        using var timer = new CancellationTokenSource();
        Task first = await Task.WhenAny(serving, Task.Delay(limit, _time, timer.Token)).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
        return first == serving;
    }
}
