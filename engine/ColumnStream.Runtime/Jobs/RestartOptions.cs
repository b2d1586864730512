using System;

namespace ColumnStream.Runtime.Jobs;

/// <summary>States whether and when a failed job is started again; the names are those of <c>restart-strategy.*</c>.</summary>
public sealed record RestartOptions
{
    /// <summary>Gets <c>restart-strategy.type</c>.</summary>
    public RestartStrategy Strategy { get; init; } = RestartStrategy.None;

    /// <summary>Gets <c>fixed-delay.attempts</c>.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Gets <c>fixed-delay.delay</c> or <c>failure-rate.delay</c>.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets <c>failure-rate.max-failures-per-interval</c>.</summary>
    public int MaxFailuresPerInterval { get; init; } = 1;

    /// <summary>Gets <c>failure-rate.failure-rate-interval</c>.</summary>
    public TimeSpan FailureRateInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets <c>exponential-delay.initial-backoff</c>.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets <c>exponential-delay.max-backoff</c>.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets <c>exponential-delay.backoff-multiplier</c>.</summary>
    public double BackoffMultiplier { get; init; } = 1.5;

    /// <summary>Gets <c>exponential-delay.jitter-factor</c>.</summary>
    public double JitterFactor { get; init; } = 0.1;

    /// <summary>Gets <c>exponential-delay.reset-backoff-threshold</c>.</summary>
    public TimeSpan ResetBackoffThreshold { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets <c>exponential-delay.attempts-before-reset-backoff</c>.</summary>
    public int AttemptsBeforeResetBackoff { get; init; } = int.MaxValue;
}
