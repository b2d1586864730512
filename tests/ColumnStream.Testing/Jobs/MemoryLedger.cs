using System;
using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Testing.Jobs;

/// <summary>Is the durable side of transactional sinks of tests: survives what the process does not.</summary>
public sealed class MemoryLedger
{
    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<string, List<(RowKind Kind, string Row)>> _prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(RowKind Kind, string Row)>> _visible = new(StringComparer.Ordinal);
    private int _names;

    /// <summary>Gets the visible rows by table, in the order in which they became visible.</summary>
    public Dictionary<string, List<(RowKind Kind, string Row)>> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets what checks that an epoch is canonical before its rows become visible.</summary>
    public Func<long, bool> IsCanonical { get; set; } = static _ => true;

    /// <summary>Gets or sets what checks that an epoch's claim names these rows before they become visible.</summary>
    public Func<long, IReadOnlyList<string>, bool> IsNamed { get; set; } = static (_, _) => true;

    /// <summary>Gets or sets what may fail a commit, before or between its parts.</summary>
    public Action Fault { get; set; } = static () => { };

    /// <summary>Gets or sets what decides whether a batch is lost on its way, in the background.</summary>
    public Func<bool> LosesWrite { get; set; } = static () => false;

    /// <summary>Makes rows durable and invisible.</summary>
    public string Prepare(string table, long epoch, int subtask, List<(RowKind Kind, string Row)> rows)
    {
        lock (_gate)
        {
            string name = $"{table}|{epoch}|{subtask}|{_names++}";
            _prepared[name] = rows;
            return name;
        }
    }

    /// <summary>Makes prepared rows visible; visible ones stay.</summary>
    public void Commit(long epoch, IReadOnlyList<string> names)
    {
        if (!IsCanonical(epoch) || !IsNamed(epoch, names))
        {
            throw new InvariantException(9001, $"I2: rows become visible that no claim of their epoch names: {epoch}.");
        }

        foreach (string name in names)
        {
            Fault();
            Show(name);
        }
    }

    /// <summary>Makes prepared rows visible under a new name, whatever was: what a sink does that forgot what it committed.</summary>
    internal void Repeat(string name)
    {
        lock (_gate)
        {
            if (_visible.TryGetValue(name, out var rows))
            {
                Rows[TableOf(name)].AddRange(rows);
            }
        }
    }

    private static string TableOf(string name) => name[..name.IndexOf('|', StringComparison.Ordinal)];

    /// <summary>Makes a ledger that holds the same and goes its own way.</summary>
    public MemoryLedger Copy()
    {
        lock (_gate)
        {
            var copy = new MemoryLedger { _names = _names };
            foreach ((string name, List<(RowKind Kind, string Row)> rows) in _visible)
            {
                copy._visible.Add(name, rows);
            }

            foreach ((string name, List<(RowKind Kind, string Row)> rows) in _prepared)
            {
                copy._prepared.Add(name, rows);
            }

            foreach ((string table, List<(RowKind Kind, string Row)> rows) in Rows)
            {
                copy.Rows.Add(table, [.. rows]);
            }

            return copy;
        }
    }

    private void Show(string name)
    {
        lock (_gate)
        {
            if (_visible.ContainsKey(name))
            {
                return;
            }

            if (!_prepared.Remove(name, out var rows))
            {
                throw new ExternalException(5012, $"Prepared rows are lost: {name}.", retryable: false);
            }

            _visible.Add(name, rows);
            if (!Rows.TryGetValue(TableOf(name), out var all))
            {
                Rows[TableOf(name)] = all = [];
            }

            all.AddRange(rows);
        }
    }
}
