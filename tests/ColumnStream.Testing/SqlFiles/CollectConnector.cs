using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Planner.Statements;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Collects the rows of a SELECT as text, kinds included.</summary>
public sealed class CollectConnector : Connector
{
    private readonly List<(RowKind Kind, string Row)> _rows = [];
    private readonly Dictionary<string, List<(RowKind Kind, string Row)>> _prepared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _visible = new(StringComparer.Ordinal);
    private int _names;

    public override string Name => PlannedJob.ResultConnector;

    public override IReadOnlyList<OptionDefinition> Options => [];

    /// <summary>Gets or sets whether rows count only when their epoch is committed: once each, whatever is killed.</summary>
    public bool IsTransactional { get; set; }

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    public override SinkInstance CreateSink(SinkContext context) => IsTransactional
        ? new(null, new TransactionalWriter(this, context))
        : new(new Writer(this, context), null);

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        lock (_rows)
        {
            _rows.Clear();
            _prepared.Clear();
            _visible.Clear();
        }
    }

    /// <summary>Returns the rows that the changelog leaves standing, in order of arrival.</summary>
    public IReadOnlyList<string> Standing(IReadOnlyList<int> key)
    {
        lock (_rows)
        {
            List<string> standing = [];
            foreach ((RowKind kind, string row) in _rows)
            {
                string[] cells = row.Split('\t');
                int at = standing.FindLastIndex(s => key.Count > 0
                    ? key.All(k => s.Split('\t')[k] == cells[k])
                    : s == row);
                if (kind is RowKind.Delete or RowKind.UpdateBefore)
                {
                    if (at >= 0)
                    {
                        standing.RemoveAt(at);
                    }
                }
                else if (key.Count > 0 && kind == RowKind.UpdateAfter && at >= 0)
                {
                    standing[at] = row;
                }
                else
                {
                    standing.Add(row);
                }
            }

            return standing;
        }
    }

    /// <summary>Returns how often each row stands behind all changes, whatever their order; a row taken back too often is below zero.</summary>
    public IReadOnlyDictionary<string, long> Balance()
    {
        lock (_rows)
        {
            Dictionary<string, long> standing = new(StringComparer.Ordinal);
            foreach ((RowKind kind, string row) in _rows)
            {
                long count = standing.GetValueOrDefault(row) + (kind is RowKind.Delete or RowKind.UpdateBefore ? -1 : 1);
                if (count == 0)
                {
                    standing.Remove(row);
                }
                else
                {
                    standing[row] = count;
                }
            }

            return standing;
        }
    }

    /// <summary>Counts the rows that the changelog leaves standing; with a key, the last row of each.</summary>
    /// <param name="key">The columns that identify a row, or none.</param>
    /// <param name="wrong">What the changelog must not say: a row taken back that does not stand, a key inserted twice.</param>
    public IReadOnlyDictionary<string, int> Multiset(IReadOnlyList<int> key, out string? wrong)
    {
        Dictionary<string, int> standing = new(StringComparer.Ordinal);
        Dictionary<string, string> byKey = new(StringComparer.Ordinal);
        HashSet<string> halves = new(StringComparer.Ordinal);
        wrong = null;
        lock (_rows)
        {
            foreach ((RowKind kind, string text) in _rows)
            {
                // One zero: an image that came back from state may have lost the sign.
                string row = text.Contains("-0.0", StringComparison.Ordinal)
                    ? string.Join('\t', text.Split('\t').Select(cell => cell == "-0.0" ? "0.0" : cell))
                    : text;
                bool isBack = kind is RowKind.Delete or RowKind.UpdateBefore;
                string? old = row;
                if (key.Count > 0)
                {
                    string[] cells = row.Split('\t');
                    string name = string.Join('\t', key.Select(k => cells[k]));
                    bool stood = isBack ? byKey.Remove(name, out old) : byKey.TryGetValue(name, out old);
                    bool isSecondHalf = kind == RowKind.UpdateAfter && halves.Remove(name);
                    if (!isSecondHalf && stood == (kind == RowKind.Insert))
                    {
                        wrong ??= $"{RowText.Kind(kind)} {row} where {old ?? "nothing"} stands";
                    }

                    if (kind == RowKind.UpdateBefore)
                    {
                        halves.Add(name);
                    }

                    if (!isBack)
                    {
                        byKey[name] = row;
                    }
                }

                if (old is not null && (isBack || key.Count > 0))
                {
                    int count = standing.GetValueOrDefault(old) - 1;
                    wrong ??= count < 0 ? $"{RowText.Kind(kind)} {row} takes back what does not stand" : null;
                    standing[old] = count;
                    if (count == 0)
                    {
                        standing.Remove(old);
                    }
                }

                if (!isBack)
                {
                    standing[row] = standing.GetValueOrDefault(row) + 1;
                }
            }
        }

        return standing;
    }

    /// <summary>Returns rows [from, from + count) as <c>+I a b</c>; fewer when there are fewer.</summary>
    public IReadOnlyList<string> Range(int from, int count)
    {
        lock (_rows)
        {
            return [.. _rows.Skip(from).Take(count).Select(r => $"{RowText.Kind(r.Kind)} {r.Row.Replace('\t', ' ')}")];
        }
    }

    /// <summary>Returns the number of rows so far.</summary>
    public int Count()
    {
        lock (_rows)
        {
            return _rows.Count;
        }
    }

    private string Prepare(string scope, List<(RowKind Kind, string Row)> rows)
    {
        lock (_rows)
        {
            string name = $"{scope}/{_names++}";
            _prepared[name] = rows;
            return name;
        }
    }

    private void Show(string name)
    {
        lock (_rows)
        {
            if (_visible.Add(name))
            {
                _rows.AddRange(_prepared.Remove(name, out var rows)
                    ? rows
                    : throw new ExternalException(5012, $"Prepared rows are lost: {name}.", retryable: false));
            }
        }
    }

    private sealed class Writer(CollectConnector owner, SinkContext context) : SinkWriter
    {
        private readonly RowPrinter _printer = new(context);

        public override void Write(StreamBatch batch)
        {
            lock (owner._rows)
            {
                _printer.Print(batch, owner._rows);
            }
        }

        public override void Flush()
        {
        }
    }

    private sealed class TransactionalWriter(CollectConnector owner, SinkContext context) : TwoPhaseCommittingSink
    {
        private readonly RowPrinter _printer = new(context);
        private List<(RowKind Kind, string Row)> _pending = [];

        public override void Write(StreamBatch batch) => _printer.Print(batch, _pending);

        public override IReadOnlyList<string> Prepare(long epoch)
        {
            if (_pending.Count == 0)
            {
                return [];
            }

            string name = owner.Prepare($"{context.Uid}/{context.Subtask}/{epoch}", _pending);
            _pending = [];
            return [name];
        }

        public override void Commit(long epoch, IReadOnlyList<string> committables)
        {
            foreach (string name in committables)
            {
                owner.Show(name);
            }
        }

        public override void CleanUp()
        {
        }
    }
}
