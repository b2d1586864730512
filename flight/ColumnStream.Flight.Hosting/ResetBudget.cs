using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ColumnStream.Flight.Hosting;

/// <summary>
/// Counts the calls that a connection's client broke off: opening and resetting without end costs it nothing, but the server much.
/// </summary>
internal sealed class ResetBudget
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private long _windowStart;
    private int _spent;

    /// <summary>Counts one, and closes the connection where there were too many.</summary>
    public static void Spend(HttpContext context, GrpcServerOptions options)
    {
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

        if (!budget.TrySpend(options))
        {
            GateEntry.Of(context)?.Punish("Too many calls were broken off.");
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
