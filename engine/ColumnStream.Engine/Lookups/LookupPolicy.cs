namespace ColumnStream.Engine.Lookups;

/// <summary>States how a lookup join asks its table.</summary>
/// <param name="Capacity">The most requests that are asked or wait to be, before rows wait.</param>
/// <param name="TimeoutMs">The longest that a batch of keys may take, retries included, in milliseconds; 0 for ever.</param>
/// <param name="MaxRetries">How often a failed request is tried again.</param>
/// <param name="MissRetries">How often a key without rows is asked for again.</param>
/// <param name="MissDelayMs">The pause before that, in milliseconds.</param>
public sealed record LookupPolicy(int Capacity, long TimeoutMs, int MaxRetries, int MissRetries, long MissDelayMs);
