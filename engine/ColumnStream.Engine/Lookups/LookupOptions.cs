using System;
using System.Collections.Generic;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Lookups;

/// <summary>Holds the options of a table that say how its rows are looked up, read and checked.</summary>
/// <param name="Cache">What is kept of the table.</param>
/// <param name="MaxRows">The most rows that a partial cache keeps.</param>
/// <param name="AfterWriteMs">How long an answer is good, in milliseconds; 0 for ever.</param>
/// <param name="AfterAccessMs">How long an answer is kept that nobody asks for, in milliseconds; 0 for ever.</param>
/// <param name="KeepsMissing">Whether it is remembered that a key has no rows.</param>
/// <param name="MaxRetries">How often a failed request is tried again.</param>
/// <param name="ReloadMs">Time between two loads of a full cache, in milliseconds; 0 loads once.</param>
/// <param name="ReloadsAtRate">Whether that time runs from the beginning of a load, not from its end.</param>
/// <param name="IsAsync">Whether rows wait for several requests at once; null where nothing says so.</param>
public sealed record LookupOptions(
    LookupCache Cache,
    long MaxRows,
    long AfterWriteMs,
    long AfterAccessMs,
    bool KeepsMissing,
    int MaxRetries,
    long ReloadMs,
    bool ReloadsAtRate,
    bool? IsAsync)
{
    private const string Cached = "lookup.cache";
    private const string Rows = "lookup.partial-cache.max-rows";
    private const string AfterWrite = "lookup.partial-cache.expire-after-write";
    private const string AfterAccess = "lookup.partial-cache.expire-after-access";
    private const string MissingKey = "lookup.partial-cache.cache-missing-key";
    private const string Strategy = "lookup.full-cache.reload-strategy";
    private const string Interval = "lookup.full-cache.periodic-reload.interval";
    private const string Schedule = "lookup.full-cache.periodic-reload.schedule-mode";
    private const string Retries = "lookup.max-retries";
    private const string Async = "lookup.async";
    private const string ShortCache = "cache";
    private const string ShortSize = "cacheSize";
    private const string ShortTtl = "cacheTTLMs";
    private const string ShortEmpty = "cacheEmpty";
    private const long MostRows = 100_000;

    /// <summary>Gets the definitions, for connectors whose tables can be looked up.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new(Cached, OptionKind.Choice, null, "What lookup joins keep of the table.", Values: "NONE|PARTIAL|FULL"),
        new(Rows, OptionKind.Integer, null, "Most rows of a partial cache; 100000 without it.", Range: "1..9223372036854775807"),
        new(AfterWrite, OptionKind.Duration, null, "Age at which a partial cache forgets an answer."),
        new(AfterAccess, OptionKind.Duration, null, "Time without a question after which a partial cache forgets an answer."),
        new(MissingKey, OptionKind.Boolean, null, "Whether a partial cache remembers keys without rows; true without it."),
        new(Strategy, OptionKind.Choice, null, "When a full cache is read again.", Values: "PERIODIC"),
        new(Interval, OptionKind.Duration, null, "Time between two loads of a full cache; without it there is one load."),
        new(Schedule, OptionKind.Choice, null, "Whether that time runs from the end or the beginning of a load.",
            Values: "FIXED_DELAY|FIXED_RATE"),
        new(Retries, OptionKind.Integer, null, "How often a failed lookup is tried again; 3 without it.", Range: "0..1000"),
        new(Async, OptionKind.Boolean, null, "Whether a lookup join asks for several batches of keys at once."),
        new(ShortCache, OptionKind.Choice, null, "Short for lookup.cache: NONE, PARTIAL, FULL.", Values: "None|LRU|ALL"),
        new(ShortSize, OptionKind.Integer, null, "Short for lookup.partial-cache.max-rows.", Range: "1..9223372036854775807"),
        new(ShortTtl, OptionKind.Integer, null,
            "Milliseconds: for LRU the age of an answer, for ALL the time between two loads.", Range: "1..9223372036854775807"),
        new(ShortEmpty, OptionKind.Boolean, null, "Short for lookup.partial-cache.cache-missing-key."),
    ];

    /// <summary>Reads and checks the options of a table.</summary>
    /// <param name="table">The table, with hints applied.</param>
    /// <param name="ability">What its connector can do.</param>
    /// <exception cref="UserException">An option or a combination is wrong.</exception>
    public static LookupOptions Read(TableSpec table, LookupAbility ability)
    {
        Exclusive(table, Cached, ShortCache);
        Exclusive(table, Rows, ShortSize);
        Exclusive(table, AfterWrite, ShortTtl);
        Exclusive(table, Interval, ShortTtl);
        Exclusive(table, MissingKey, ShortEmpty);
        LookupCache cache = (Text(table, Cached) ?? Text(table, ShortCache))?.ToUpperInvariant() switch
        {
            null => ability.Default,
            "NONE" => LookupCache.None,
            "PARTIAL" or "LRU" => LookupCache.Partial,
            _ => LookupCache.Full,
        };
        if (cache == LookupCache.Full && !ability.CanScan)
        {
            throw Wrong(table, Text(table, Cached) is null ? ShortCache : Cached, "a cache of parts: the table has no end");
        }

        Fits(table, cache, LookupCache.Partial, Rows, AfterWrite, AfterAccess, MissingKey, ShortSize, ShortEmpty);
        Fits(table, cache, LookupCache.Full, Strategy, Interval, Schedule);
        long ttlMs = Number(table, ShortTtl) ?? 0;
        return new LookupOptions(
            cache,
            Number(table, Rows) ?? Number(table, ShortSize) ?? MostRows,
            cache == LookupCache.Partial ? Milliseconds(table, AfterWrite) ?? ttlMs : 0,
            Milliseconds(table, AfterAccess) ?? 0,
            (Text(table, MissingKey) ?? Text(table, ShortEmpty))?.Equals("false", StringComparison.OrdinalIgnoreCase) != true,
            (int)(Number(table, Retries) ?? 3),
            cache == LookupCache.Full ? Milliseconds(table, Interval) ?? ttlMs : 0,
            Text(table, Schedule)?.Equals("FIXED_RATE", StringComparison.OrdinalIgnoreCase) == true,
            Text(table, Async)?.Equals("true", StringComparison.OrdinalIgnoreCase));
    }

    private static void Exclusive(TableSpec table, string one, string other)
    {
        if (Text(table, one) is not null && Text(table, other) is not null)
        {
            throw Wrong(table, other, $"no value beside '{one}', which says the same");
        }
    }

    /// <summary>Refuses options that mean nothing under the table's cache.</summary>
    private static void Fits(TableSpec table, LookupCache cache, LookupCache needed, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (cache != needed && Text(table, key) is not null)
            {
                throw Wrong(table, key, $"'{Cached}' = '{needed.ToString().ToUpperInvariant()}' beside it");
            }
        }
    }

    private static long? Number(TableSpec table, string key) =>
        Text(table, key) is { } text && OptionValue.TryParseInteger(text, out long value) ? value : null;

    private static long? Milliseconds(TableSpec table, string key)
    {
        if (Text(table, key) is not { } text || !OptionValue.TryParseDuration(text, out TimeSpan value))
        {
            return null;
        }

        return value > TimeSpan.Zero ? Math.Max(1, (long)value.TotalMilliseconds) : throw Wrong(table, key, "a duration above 0");
    }

    private static string? Text(TableSpec table, string key)
    {
        foreach (TableOption option in table.Options)
        {
            if (option.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return option.Value;
            }
        }

        return null;
    }

    private static UserException Wrong(TableSpec table, string key, string expected) => new(
        3111,
        $"Option has a wrong value: '{key}' = '{Text(table, key)}'. Expected {expected}. Table {table.Name}, {table.Location}.");
}
