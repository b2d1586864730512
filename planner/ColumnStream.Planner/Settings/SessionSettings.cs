using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Options;

namespace ColumnStream.Planner.Settings;

/// <summary>Holds a session's options: the highest origin wins, and of one origin the last.</summary>
internal sealed class SessionSettings
{
    private static readonly SortedList<string, SessionOption> s_defaults = new(
        OptionTable.All.Where(static o => o.Default is not null)
            .ToDictionary(static o => o.Key, static o => new SessionOption(o.Key, o.Default!, OptionOrigin.Default)),
        StringComparer.Ordinal);

    private readonly Dictionary<string, SessionOption> _initial = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SessionOption> _set = new(StringComparer.Ordinal);
    private ValueList<SessionOption>? _all;

    public SessionSettings(ValueList<SessionOption> initial)
    {
        foreach (SessionOption option in initial)
        {
            if (!_initial.TryGetValue(option.Key, out SessionOption? known) || known.Origin <= option.Origin)
            {
                _initial[option.Key] = option;
            }
        }
    }

    /// <summary>Gets whether jobs run in batch mode.</summary>
    public bool IsBatch => string.Equals(Text(OptionTable.RuntimeMode), "batch", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets the number of subtasks, at least one.</summary>
    public int Parallelism =>
        int.TryParse(Text(OptionTable.Parallelism), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? Math.Max(1, value) : 1;

    /// <summary>Gets the session's time zone.</summary>
    public string LocalTimeZone => Text(OptionTable.LocalTimeZone) ?? "UTC";

    /// <summary>Sets an option for what follows.</summary>
    public void Set(string key, string value)
    {
        _all = null;
        _set[key] = new SessionOption(key, value, OptionOrigin.Set);
    }

    /// <summary>Takes back a SET, or all of them.</summary>
    public void Reset(string? key)
    {
        _all = null;
        if (key is null)
        {
            _set.Clear();
        }
        else
        {
            _set.Remove(key);
        }
    }

    /// <summary>Returns what SET says of an option, or null.</summary>
    public SessionOption? FindSet(string key) => _set.GetValueOrDefault(key);

    /// <summary>Returns the value in effect, or null.</summary>
    public string? Text(string key) => Find(key)?.Value;

    /// <summary>Tells whether a choice is in effect.</summary>
    public bool Is(string key, string choice) => string.Equals(Text(key), choice, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns a duration in effect in milliseconds; 0 where it is none.</summary>
    public long Milliseconds(string key) =>
        Text(key) is { } text && OptionValue.TryParseDuration(text, out TimeSpan value) ? (long)value.TotalMilliseconds : 0;

    /// <summary>Returns the option in effect with its origin, or null.</summary>
    public SessionOption? Find(string key) =>
        _set.GetValueOrDefault(key) ?? _initial.GetValueOrDefault(key) ?? s_defaults.GetValueOrDefault(key)
        ?? (OptionTable.Find(key) is { Default: { } value } ? new SessionOption(key, value, OptionOrigin.Default) : null);

    /// <summary>Returns all options in effect, sorted by key.</summary>
    public ValueList<SessionOption> All() => _all ??= Merge();

    private ValueList<SessionOption> Merge()
    {
        var merged = new SortedList<string, SessionOption>(s_defaults, StringComparer.Ordinal);
        foreach (SessionOption option in _initial.Values.Concat(_set.Values))
        {
            merged[option.Key] = option;
        }

        return ValueList.From(merged.Values);
    }
}
