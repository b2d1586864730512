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
    private readonly HashSet<string> _visible = new(StringComparer.Ordinal);
    private int _names;

    /// <summary>Gets the visible rows by table, in the order in which they became visible.</summary>
    public Dictionary<string, List<(RowKind Kind, string Row)>> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets what checks that an epoch is canonical before its rows become visible.</summary>
    public Func<long, bool> IsCanonical { get; set; } = static _ => true;

    /// <summary>Gets or sets what may fail a commit, before or between its parts.</summary>
    public Action Fault { get; set; } = static () => { };

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
        if (!IsCanonical(epoch))
        {
            throw new InvariantException(9001, $"Epoch is committed before it is claimed: {epoch}.");
        }

        foreach (string name in names)
        {
            Fault();
            Show(name);
        }
    }

    private void Show(string name)
    {
        lock (_gate)
        {
            if (_visible.Contains(name))
            {
                return;
            }

            if (!_prepared.Remove(name, out var rows))
            {
                throw new ExternalException(5012, $"Prepared rows are lost: {name}.", retryable: false);
            }

            _visible.Add(name);
            string table = name[..name.IndexOf('|', StringComparison.Ordinal)];
            if (!Rows.TryGetValue(table, out var all))
            {
                Rows[table] = all = [];
            }

            all.AddRange(rows);
        }
    }
}
