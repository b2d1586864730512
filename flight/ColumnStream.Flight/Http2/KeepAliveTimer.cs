using System;
using System.IO;
using System.Threading;

namespace ColumnStream.Flight.Http2;

/// <summary>Asks a server that is silent while calls run for a sign of life, and gives it up where none comes.</summary>
internal sealed class KeepAliveTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _delay;
    private readonly TimeSpan _timeout;
    private readonly Action _ask;
    private readonly Action<Exception> _fail;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _heard;
    private bool _isWatching;
    private bool _hasAsked;

    public KeepAliveTimer(TimeProvider time, TimeSpan delay, TimeSpan timeout, Action ask, Action<Exception> fail)
    {
        _time = time;
        _delay = delay;
        _timeout = timeout;
        _ask = ask;
        _fail = fail;
        _heard = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to watch with the first call, and ends with the last.</summary>
    public void Watch(bool hasCalls)
    {
        lock (_gate)
        {
            if (_isWatching != hasCalls)
            {
                _isWatching = hasCalls;
                _hasAsked = false;
                _heard = _time.GetTimestamp();
                _timer.Change(hasCalls ? _delay : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Notes that the server said something.</summary>
    public void Hear()
    {
        lock (_gate)
        {
            _heard = _time.GetTimestamp();
            _hasAsked = false;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        bool isDead = false;
        bool asks = false;
        lock (_gate)
        {
            if (!_isWatching)
            {
                return;
            }

            TimeSpan limit = _hasAsked ? _delay + _timeout : _delay;
            TimeSpan left = limit - _time.GetElapsedTime(_heard);
            if (left <= TimeSpan.Zero)
            {
                isDead = _hasAsked;
                asks = !_hasAsked;
                _hasAsked = true;
                left = _timeout;
            }

            _timer.Change(left, Timeout.InfiniteTimeSpan);
        }

        if (isDead)
        {
            _fail(new IOException("The server gives no sign of life."));
        }
        else if (asks)
        {
            _ask();
        }
    }
}
