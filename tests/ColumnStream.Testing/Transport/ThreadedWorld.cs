using System;
using System.Threading;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Testing.Transport;

/// <summary>Is a world on real threads.</summary>
public abstract class ThreadedWorld : TransportWorld
{
    private static readonly int LimitMs = int.Parse(Environment.GetEnvironmentVariable("COLUMNSTREAM_LIMIT_MS") ?? "60000", System.Globalization.CultureInfo.InvariantCulture);
    private readonly WorkerPool _workers = new("network", 3, TimeProvider.System);

    public override Executor Executor => _workers;

    public override void Until(Func<bool> condition, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int looks = 0; !condition(); looks++)
        {
            if (TimeProvider.System.GetElapsedTime(start).TotalMilliseconds > LimitMs)
            {
                throw new TimeoutException($"It does not come to pass that {what}.");
            }

            if (looks < 100)
            {
                Thread.Yield();
            }
            else
            {
                Thread.Sleep(1);
            }
        }
    }

    protected override void Close() => _workers.Dispose();
}
