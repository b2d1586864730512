using System;

namespace ColumnStream.Aliyun.Http;

/// <summary>Says how often a request is tried and how long to wait between: the wait doubles, and jitter spreads it.</summary>
/// <param name="Attempts">The most tries, the first one included.</param>
/// <param name="FirstDelay">The longest wait before the second try.</param>
/// <param name="MostDelay">The longest wait before any.</param>
public sealed record RetryPolicy(int Attempts, TimeSpan FirstDelay, TimeSpan MostDelay)
{
    /// <summary>Gets the policy of clients that are told nothing else.</summary>
    public static RetryPolicy Default { get; } = new(6, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    /// <summary>Draws the wait behind a try: between half of the longest and all of it.</summary>
    /// <param name="attempt">The number of the try that failed, from 1.</param>
    /// <param name="draw">A random number from 0 up to 1.</param>
    public TimeSpan DelayAfter(int attempt, double draw)
    {
        double doubled = FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(30, attempt - 1));
        return TimeSpan.FromMilliseconds(Math.Min(MostDelay.TotalMilliseconds, doubled) * (0.5 + (draw / 2)));
    }
}
