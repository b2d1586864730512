using System;

namespace ColumnStream.Connectors;

/// <summary>Says how many rows are due by the clock; at most a tenth of a second is caught up after a pause.</summary>
internal sealed class RateLimiter
{
    private readonly TimeProvider _time;
    private readonly double _rowsPerSecond;
    private double _credit;
    private long _last;

    /// <summary>Makes a limiter; a rate of 0 lets everything through.</summary>
    public RateLimiter(TimeProvider time, double rowsPerSecond)
    {
        _time = time;
        _rowsPerSecond = rowsPerSecond;
        _last = time.GetTimestamp();
    }

    /// <summary>Returns how many of <paramref name="wanted"/> rows may go now; if none, how long to wait.</summary>
    public int Allow(int wanted, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_rowsPerSecond <= 0)
        {
            return wanted;
        }

        long now = _time.GetTimestamp();
        _credit += _time.GetElapsedTime(_last, now).TotalSeconds * _rowsPerSecond;
        _credit = Math.Min(_credit, Math.Max(1, _rowsPerSecond / 10));
        _last = now;
        double chunk = Math.Min(wanted, Math.Max(1, Math.Floor(_rowsPerSecond / 100)));
        if (_credit < chunk)
        {
            wait = TimeSpan.FromSeconds((chunk - _credit) / _rowsPerSecond);
            wait = wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait;
            return 0;
        }

        int allowed = (int)Math.Min(wanted, _credit);
        return allowed;
    }

    /// <summary>Counts rows that went.</summary>
    public void Spend(int rows) => _credit -= rows;
}
