using System;
using System.Collections.Generic;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Script;

/// <summary>Is a table in memory: a test feeds rows to the source and reads what the sink got. Thread-safe.</summary>
public sealed class ScriptTable
{
    private readonly object _lock = new();
    private readonly List<ScriptRow> _fed = [];
    private readonly List<ScriptRow> _emitted = [];
    private readonly List<ScriptRow> _committed = [];
    private readonly Dictionary<string, ScriptRow[]> _prepared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly List<Action> _wake = [];
    private long _drained;
    private bool _ended;

    internal ScriptTable(string name) => Name = name;

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets whether every row fed was given and the source was asked again: its task has processed them.</summary>
    /// <remarks>Tasks behind an exchange may still work: run the executor until it is idle, too.</remarks>
    public bool IsDrained
    {
        get
        {
            lock (_lock)
            {
                return _drained == _fed.Count;
            }
        }
    }

    /// <summary>Gets a copy of every row that reached the sink, in order, replays after a restart included.</summary>
    public IReadOnlyList<ScriptRow> Emitted
    {
        get
        {
            lock (_lock)
            {
                return [.. _emitted];
            }
        }
    }

    /// <summary>Gets a copy of the rows of committed epochs, each once.</summary>
    public IReadOnlyList<ScriptRow> Committed
    {
        get
        {
            lock (_lock)
            {
                return [.. _committed];
            }
        }
    }

    /// <summary>Feeds a row.</summary>
    public void Feed(RowKind kind, params string?[] values) => Feed(new ScriptRow(kind, values));

    /// <summary>Feeds a row written as <c>+I 12:00:01 10</c>.</summary>
    public void Feed(string line) => Feed(ScriptRow.Parse(line));

    /// <summary>Feeds a row.</summary>
    public void Feed(ScriptRow row)
    {
        lock (_lock)
        {
            if (_ended)
            {
                throw new InvalidOperationException($"Script table was ended: {Name}.");
            }

            _fed.Add(row);
        }

        WakeReaders();
    }

    /// <summary>Ends the table: the source ends behind the last row.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
        }

        WakeReaders();
    }

    /// <summary>Begins anew where the table has ended, for the next job that reads it.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            if (_ended)
            {
                _fed.Clear();
                _drained = 0;
                _ended = false;
            }
        }
    }

    /// <summary>Copies rows from <paramref name="position"/> on; tells whether it is the end.</summary>
    internal ScriptRow[] Read(long position, int most, out bool ended)
    {
        lock (_lock)
        {
            int count = (int)Math.Min(most, _fed.Count - position);
            ended = _ended && count <= 0;
            if (count <= 0)
            {
                _drained = position;
                return [];
            }

            return _fed.GetRange((int)position, count).ToArray();
        }
    }

    internal void Attach(Action wake)
    {
        lock (_lock)
        {
            _wake.Add(wake);
        }
    }

    internal void Detach(Action wake)
    {
        lock (_lock)
        {
            _wake.Remove(wake);
        }
    }

    internal void Emit(ScriptRow row)
    {
        lock (_lock)
        {
            _emitted.Add(row);
        }
    }

    internal void Prepare(string committable, ScriptRow[] rows)
    {
        lock (_lock)
        {
            _prepared[committable] = rows;
        }
    }

    /// <summary>Makes prepared rows visible once; false when nothing of this name was prepared.</summary>
    internal bool Commit(string committable)
    {
        lock (_lock)
        {
            if (!_done.Add(committable))
            {
                return true;
            }

            if (!_prepared.Remove(committable, out ScriptRow[]? rows))
            {
                _done.Remove(committable);
                return false;
            }

            _committed.AddRange(rows);
            return true;
        }
    }

    private void WakeReaders()
    {
        Action[] wake;
        lock (_lock)
        {
            wake = [.. _wake];
        }

        foreach (Action action in wake)
        {
            action();
        }
    }
}
