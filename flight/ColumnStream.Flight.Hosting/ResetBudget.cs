using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ColumnStream.Flight.Hosting;

/// <summary>
/// Counts the calls that a connection's client broke off: opening and resetting without end costs it nothing, but the server much.
/// </summary>
/// <remarks>A call that ended makes up for one: a client that reads the first row of each answer and leaves is no attacker.</remarks>
internal sealed class ResetBudget
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private long _windowStart;
    private int _spent;

    /// <summary>Counts a call that is over, and closes the connection where too many were broken off.</summary>
    public static void Count(HttpContext context, GrpcServerOptions options)
    {
        bool isBroken = context.RequestAborted.IsCancellationRequested;
        IDictionary<object, object?>? items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null)
        {
            return;
        }

        ResetBudget budget;
        lock (items)
        {
            if (!items.TryGetValue(typeof(ResetBudget), out object? found))
            {
                items[typeof(ResetBudget)] = found = new ResetBudget();
            }

            budget = (ResetBudget)found!;
        }

        if (!isBroken)
        {
            budget.Earn();
        }
        else if (!budget.TrySpend(options))
        {
            GateEntry.Of(context)?.Punish("Too many calls were broken off.");
        }
    }

    private void Earn()
    {
        lock (_lock)
        {
            _spent = Math.Max(0, _spent - 1);
        }
    }

    private bool TrySpend(GrpcServerOptions options)
    {
        lock (_lock)
        {
            long now = options.Time.GetTimestamp();
            if (_spent == 0 || options.Time.GetElapsedTime(_windowStart, now) > Window)
            {
                _windowStart = now;
                _spent = 0;
            }

            return ++_spent <= options.Profile.MaxResetsPerMinute;
        }
    }
}
