using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Collects the rows of a SELECT as text, kinds included.</summary>
public sealed class CollectConnector : Connector
{
    private readonly List<(RowKind Kind, string Row)> _rows = [];

    public override string Name => PlannedJob.ResultConnector;

    public override IReadOnlyList<OptionDefinition> Options => [];

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    public override SinkInstance CreateSink(SinkContext context) => new(new Writer(this, context), null);

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        lock (_rows)
        {
            _rows.Clear();
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

    /// <summary>Waits for rows [from, from + count) and returns them as <c>+I a b</c>; fewer when the time is over.</summary>
    public IReadOnlyList<string> Await(int from, int count, Func<bool> hasEnded, int limitMs)
    {
        for (int waited = 0; ; waited += 2)
        {
            lock (_rows)
            {
                if (_rows.Count >= from + count || waited >= limitMs || hasEnded())
                {
                    return [.. _rows.Skip(from).Take(count).Select(r => $"{RowText.Kind(r.Kind)} {r.Row.Replace('\t', ' ')}")];
                }
            }

            Thread.Sleep(2);
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

    private sealed unsafe class Writer(CollectConnector owner, SinkContext context) : SinkWriter
    {
        private readonly ArrayBufferWriter<byte> _text = new();

        public override void Write(StreamBatch batch)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
                string[] cells = [.. batch.Rows.Columns.Select((column, c) => Cell(column, row, c))];
                lock (owner._rows)
                {
                    owner._rows.Add((
                        batch.Kinds is null ? RowKind.Insert : batch.Kinds[row],
                        string.Join('\t', cells)));
                }
            }
        }

        public override void Flush()
        {
        }

        private string Cell(ArrayData column, int row, int index)
        {
            _text.ResetWrittenCount();
            RowText.Append(_text, column, row, context.Table.Columns[index].Type, "NULL"u8);
            string cell = Encoding.UTF8.GetString(_text.WrittenSpan);
            return cell.AsSpan().IndexOfAny("\t\n\r") < 0
                ? cell
                : cell.Replace("\t", "\\t", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal)
                    .Replace("\r", "\\r", StringComparison.Ordinal);
        }
    }
}
