using System;

namespace ColumnStream.Compute;

/// <summary>Holds what expressions may depend on beside their columns.</summary>
/// <param name="Time">Clock of CURRENT_TIMESTAMP and friends.</param>
/// <param name="Random">Source of RAND and UUID.</param>
/// <param name="LocalTimeZone">The session's <c>table.local-time-zone</c>, an IANA name.</param>
public sealed record EvaluatorOptions(TimeProvider Time, Random Random, string LocalTimeZone = "UTC")
{
    /// <summary>Gets the instant of CURRENT_TIMESTAMP and friends in a batch job; null where every batch has its own.</summary>
    public long? QueryMillis { get; init; }

    /// <summary>Gets the name of the session's database.</summary>
    public string Database { get; init; } = "default_database";

    /// <summary>Gets what tells the watermark that has arrived, <see cref="long.MinValue"/> before the first.</summary>
    public Func<long>? WatermarkMillis { get; init; }
}
