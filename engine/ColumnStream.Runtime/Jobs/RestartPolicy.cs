using System;
using System.Collections.Generic;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Decides after each failure of one job whether and when it is started again. Not thread-safe.</summary>
/// <param name="options">How.</param>
/// <param name="random">Gives the jitter.</param>
internal sealed class RestartPolicy(RestartOptions options, Random random)
{
    private const long NsPerMs = 1_000_000;

    /// <summary>Failures of one kind behind one checkpoint after which only other input or another statement can help.</summary>
    private const int SameFailures = 3;

    private readonly Queue<long> _failures = [];
    private Exception? _last;
    private long _completed = -1;
    private int _same;
    private int _attempts;
    private double _backoffMs;
    private long _restartedNs;

    /// <summary>Gets the first failure since the job last got further.</summary>
    public Exception? First { get; private set; }

    /// <summary>Gets the number of attempts since then.</summary>
    public int Attempts { get; private set; }

    /// <summary>Returns the milliseconds until the next attempt, or null when there is none.</summary>
    /// <param name="failure">Why the last attempt ended.</param>
    /// <param name="completed">The checkpoints that were completed in all attempts.</param>
    /// <param name="nowNs">The monotonic time.</param>
    public long? Next(Exception failure, long completed, long nowNs)
    {
        if (First is null || completed != _completed)
        {
            First = failure;
            Attempts = 0;
            _same = 0;
        }

        Attempts++;
        _same = _last is not null && CodeOf(_last) != CodeOf(failure) ? 1 : _same + 1;
        _last = failure;
        _completed = completed;
        if (IsFatal(failure))
        {
            return null;
        }

        long? delayMs = options.Strategy switch
        {
            RestartStrategy.FixedDelay => ++_attempts > options.Attempts ? null : Milliseconds(options.Delay),
            RestartStrategy.FailureRate => Rated(nowNs),
            RestartStrategy.ExponentialDelay => BackOff(failure, nowNs),
            _ => null,
        };
        _restartedNs = nowNs + ((delayMs ?? 0) * NsPerMs);
        return delayMs;
    }

    /// <summary>Tells whether starting again cannot help or would do harm: another run owns the job, a checkpoint is damaged, a rule is broken.</summary>
    private static bool IsFatal(Exception failure) => failure is InvariantException
        || CodeOf(failure) is (> 0 and < 4000) or 5010 or 5011 or 5012 or 5013 or 5016 or 5072;

    private static int CodeOf(Exception failure) => failure is ColumnStreamException known ? known.Code : 0;

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private long? Rated(long nowNs)
    {
        _failures.Enqueue(nowNs);
        while (_failures.Count > options.MaxFailuresPerInterval + 1)
        {
            _failures.Dequeue();
        }

        return _failures.Count <= options.MaxFailuresPerInterval
            || nowNs - _failures.Peek() > Milliseconds(options.FailureRateInterval) * NsPerMs
            ? Milliseconds(options.Delay)
            : null;
    }

    private long? BackOff(Exception failure, long nowNs)
    {
        double initialMs = options.InitialBackoff.TotalMilliseconds;
        double mostMs = options.MaxBackoff.TotalMilliseconds;
        if (_attempts > 0 && nowNs - _restartedNs >= Milliseconds(options.ResetBackoffThreshold) * NsPerMs)
        {
            _attempts = 0;
        }

        _backoffMs = _attempts == 0 ? initialMs : Math.Min(mostMs, _backoffMs * options.BackoffMultiplier);
        if (++_attempts > options.AttemptsBeforeResetBackoff)
        {
            return null;
        }

        // Without a budget, a row that cannot be read or a limit that is reached would be tried for ever.
        if (options.AttemptsBeforeResetBackoff == int.MaxValue && _same >= SameFailures
            && failure is UserException or ResourceException)
        {
            return null;
        }

        double jitterMs = _backoffMs * options.JitterFactor * ((random.NextDouble() * 2) - 1);
        return (long)Math.Clamp(_backoffMs + jitterMs, initialMs, Math.Max(initialMs, mostMs));
    }
}
