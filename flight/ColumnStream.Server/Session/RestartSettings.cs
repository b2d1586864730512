using System;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Server.Session;

/// <summary>Reads <c>restart-strategy.*</c>.</summary>
/// <param name="text">Gives an option's value, or its default.</param>
internal sealed class RestartSettings(Func<string, string?> text)
{
    private const string Fixed = "restart-strategy.fixed-delay.";
    private const string Rate = "restart-strategy.failure-rate.";
    private const string Exponential = "restart-strategy.exponential-delay.";

    /// <summary>Makes what the runtime takes.</summary>
    /// <param name="takesCheckpoints">Whether the job takes checkpoints as it runs: it is started again without being told.</param>
    public RestartOptions Read(bool takesCheckpoints)
    {
        string named = text(OptionTable.RestartStrategy) ?? (takesCheckpoints ? "exponential-delay" : "none");
        RestartStrategy strategy = named.Trim().ToUpperInvariant() switch
        {
            "FIXED-DELAY" or "FIXEDDELAY" => RestartStrategy.FixedDelay,
            "FAILURE-RATE" or "FAILURERATE" => RestartStrategy.FailureRate,
            "EXPONENTIAL-DELAY" or "EXPONENTIALDELAY" => RestartStrategy.ExponentialDelay,
            _ => RestartStrategy.None,
        };
        return new RestartOptions
        {
            Strategy = strategy,
            Attempts = Number(Fixed + "attempts"),
            Delay = Duration((strategy == RestartStrategy.FailureRate ? Rate : Fixed) + "delay"),
            MaxFailuresPerInterval = Number(Rate + "max-failures-per-interval"),
            FailureRateInterval = Duration(Rate + "failure-rate-interval"),
            InitialBackoff = Positive(Exponential + "initial-backoff"),
            MaxBackoff = Positive(Exponential + "max-backoff"),
            BackoffMultiplier = Factor(Exponential + "backoff-multiplier", least: 1, most: double.MaxValue, "a number above 1"),
            JitterFactor = Factor(Exponential + "jitter-factor", least: 0, most: 1, "a number from 0 to 1"),
            ResetBackoffThreshold = Positive(Exponential + "reset-backoff-threshold"),
            AttemptsBeforeResetBackoff = Number(Exponential + "attempts-before-reset-backoff"),
        };
    }

    private int Number(string key) =>
        OptionValue.TryParseInteger(text(key)!, out long value) && value is >= 0 and <= int.MaxValue
            ? (int)value
            : throw Wrong(key, OptionValue.Expected(OptionTable.Find(key)!));

    private double Factor(string key, double least, double most, string expected) =>
        OptionValue.TryParseNumber(text(key)!, out double value) && value >= least && value <= most
            ? value
            : throw Wrong(key, expected);

    private TimeSpan Duration(string key) => OptionValue.TryParseDuration(text(key)!, out TimeSpan value)
        ? value
        : throw Wrong(key, OptionValue.Expected(OptionTable.Find(key)!));

    private TimeSpan Positive(string key) =>
        Duration(key) is { Ticks: > 0 } value ? value : throw Wrong(key, "a duration above 0");

    private UserException Wrong(string key, string expected) =>
        new(3111, $"Option has a wrong value: '{key}' = '{text(key)}'. Expected {expected}.");
}
