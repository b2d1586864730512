using System;

namespace ColumnStream.Flight.Hosting;

/// <summary>Allows so much a second, and at first or after a rest so much at once. Not thread-safe.</summary>
internal sealed class TokenBucket
{
    private readonly double _perSecond;
    private readonly double _most;
    private readonly TimeProvider _time;
    private double _left;
    private long _at;

    public TokenBucket(double perSecond, double most, TimeProvider time)
    {
        (_perSecond, _most, _time, _left) = (perSecond, most, time, most);
        _at = time.GetTimestamp();
    }

    /// <summary>Takes what is asked for; false where too little is left.</summary>
    public bool TrySpend(double cost, long now)
    {
        Refill(now);
        if (_left < cost)
        {
            return false;
        }

        _left -= cost;
        return true;
    }

    /// <summary>Takes more than may be left: what follows waits for longer, but not for ever.</summary>
    public void Charge(double cost, long now)
    {
        Refill(now);
        _left = Math.Max(-_most, _left - cost);
    }

    /// <summary>Gives back.</summary>
    public void Credit(double amount) => _left = Math.Min(_most, _left + amount);

    /// <summary>Tells whether it says nothing that a new one would not say.</summary>
    public bool IsFull(long now)
    {
        Refill(now);
        return _left >= _most;
    }

    private void Refill(long now)
    {
        _left = Math.Min(_most, _left + (_time.GetElapsedTime(_at, now).TotalSeconds * _perSecond));
        _at = now;
    }
}
