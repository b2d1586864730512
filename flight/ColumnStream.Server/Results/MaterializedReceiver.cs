using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Server.Results;

/// <summary>Keeps the rows that a changelog leaves standing and prints them at the end, or live on a terminal.</summary>
internal sealed unsafe class MaterializedReceiver : ResultReceiver
{
    private const int BatchRows = 4096;
    private readonly QueryResult _query;
    private readonly BufferAllocator _allocator;
    private readonly ResultReceiver? _final;
    private readonly Dictionary<string, LinkedListNode<Row>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Row> _rows = new();
    private readonly bool _isLive;
    private long _drawnRows = -1;
    private int _drawnLines;

    /// <summary>Makes a receiver.</summary>
    /// <param name="query">The result's columns, key and changelog.</param>
    /// <param name="allocator">Pays for kept rows.</param>
    /// <param name="final">Writes the final rows; null prints a table.</param>
    /// <param name="isLive">Whether the table is drawn while the job runs.</param>
    public MaterializedReceiver(QueryResult query, BufferAllocator allocator, ResultReceiver? final, bool isLive)
    {
        _query = query;
        _allocator = allocator;
        _final = final;
        _isLive = isLive;
    }

    public override long KeptRows => _rows.Count;

    public override void Receive(StreamBatch batch)
    {
        Rows += batch.Count;
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[row];
            Apply(batch.Rows, row, kind);
        }
    }

    public override void Refresh()
    {
        if (_isLive && _drawnRows != Rows)
        {
            Draw(Math.Max(5, Console.WindowHeight - 6));
            _drawnRows = Rows;
        }
    }

    public override void Complete()
    {
        if (_final is not null)
        {
            Replay(_final);
            _final.Complete();
            return;
        }

        Erase();
        var right = new bool[_query.Columns.Count];
        for (int i = 0; i < right.Length; i++)
        {
            right[i] = _query.Columns[i].Type.IsNumeric;
        }

        TextTable.Print(Console.Out, Names(), Cells(int.MaxValue), right);
        Console.Out.WriteLine($"({_rows.Count} row{(_rows.Count == 1 ? string.Empty : "s")})");
    }

    public override void Dispose()
    {
        foreach (Row row in _rows)
        {
            row.Batch.Release();
        }

        _rows.Clear();
        _final?.Dispose();
    }

    private void Apply(RecordBatch batch, int row, RowKind kind)
    {
        bool isKeyed = _query.Key.Count > 0;
        if (_query.Changelog == ChangelogMode.InsertOnly)
        {
            _rows.AddLast(new Row(batch.Retain(), row, null));
            return;
        }

        string key = KeyOf(batch, row, isKeyed);
        if (kind is RowKind.Insert or RowKind.UpdateAfter)
        {
            if (isKeyed && _byKey.TryGetValue(key, out LinkedListNode<Row>? standing))
            {
                standing.Value.Batch.Release();
                standing.Value = new Row(batch.Retain(), row, null);
                return;
            }

            _byKey.TryGetValue(key, out LinkedListNode<Row>? twin);
            _byKey[key] = _rows.AddLast(new Row(batch.Retain(), row, twin));
        }
        else if (!(isKeyed && kind == RowKind.UpdateBefore) && _byKey.Remove(key, out LinkedListNode<Row>? gone))
        {
            gone.Value.Batch.Release();
            if (gone.Value.Twin is not null)
            {
                _byKey[key] = gone.Value.Twin;
            }

            _rows.Remove(gone);
        }
    }

    private string KeyOf(RecordBatch batch, int row, bool isKeyed)
    {
        var key = new StringBuilder();
        int count = isKeyed ? _query.Key.Count : batch.Columns.Length;
        for (int i = 0; i < count; i++)
        {
            int column = isKeyed ? _query.Key[i] : i;
            string text = CellText.Format(batch.Columns[column], _query.Columns[column].Type, row);
            key.Append(batch.Columns[column].IsNull(row) ? -1 : text.Length).Append(':').Append(text);
        }

        return key.ToString();
    }

    private void Replay(ResultReceiver target)
    {
        LinkedListNode<Row>? node = _rows.First;
        var indices = new List<int>(BatchRows);
        while (node is not null)
        {
            RecordBatch batch = node.Value.Batch;
            indices.Clear();
            while (node is not null && ReferenceEquals(node.Value.Batch, batch))
            {
                indices.Add(node.Value.Index);
                node = node.Next;
            }

            var rows = new StreamBatch(TakeKernel.Take(
                batch, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(indices), _allocator));
            target.Receive(rows);
            rows.Release();
        }
    }

    private List<string> Names()
    {
        var names = new List<string>();
        foreach (Compute.Types.SqlField column in _query.Columns)
        {
            names.Add(column.Name);
        }

        return names;
    }

    private IEnumerable<IReadOnlyList<string>> Cells(int limit)
    {
        foreach (Row row in _rows)
        {
            if (limit-- == 0)
            {
                yield break;
            }

            var cells = new string[_query.Columns.Count];
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = CellText.Format(row.Batch.Columns[i], _query.Columns[i].Type, row.Index);
            }

            yield return cells;
        }
    }

    private void Draw(int lines)
    {
        Erase();
        var text = new StringWriter();
        TextTable.Print(text, Names(), Cells(lines));
        string[] drawn = text.ToString().Split('\n');
        int width = Math.Max(20, Console.WindowWidth - 1);
        for (int i = 0; i < drawn.Length - 1; i++)
        {
            Console.Out.WriteLine(drawn[i].Length > width ? drawn[i][..width] : drawn[i]);
        }

        Console.Out.WriteLine($"… {_rows.Count:N0} rows, {Rows:N0} changes; Ctrl-C ends");
        _drawnLines = drawn.Length;
    }

    private void Erase()
    {
        if (_drawnLines > 0)
        {
            Console.Out.Write($"\u001b[{_drawnLines}A\u001b[J");
            _drawnLines = 0;
        }
    }

    private readonly record struct Row(RecordBatch Batch, int Index, LinkedListNode<Row>? Twin);
}
