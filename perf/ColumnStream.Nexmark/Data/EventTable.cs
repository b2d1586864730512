using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Nexmark.Data;

/// <summary>Holds the events of one kind in memory, in the order of event time.</summary>
internal sealed class EventTable : IDisposable
{
    public EventTable(string kind, ValueList<SqlField> columns, List<RecordBatch> batches)
    {
        Kind = kind;
        Columns = columns;
        Batches = batches;
        foreach (RecordBatch batch in batches)
        {
            Rows += batch.Length;
        }
    }

    /// <summary>Gets <c>person</c>, <c>auction</c> or <c>bid</c>.</summary>
    public string Kind { get; }

    /// <summary>Gets the columns.</summary>
    public ValueList<SqlField> Columns { get; }

    /// <summary>Gets the events, 4,096 a batch.</summary>
    public IReadOnlyList<RecordBatch> Batches { get; }

    /// <summary>Gets the number of events.</summary>
    public long Rows { get; }

    /// <summary>Finds a column by name, or -1.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Writes a number from 0, then all columns as CSV for DuckDB, times in milliseconds since 1970.</summary>
    public void WriteCsv(string path)
    {
        using FileStream file = File.Create(path, 1 << 20);
        byte[] line = new byte[4096];
        long number = 0;
        foreach (RecordBatch batch in Batches)
        {
            for (int row = 0; row < batch.Length; row++)
            {
                Utf8Formatter.TryFormat(number++, line, out int at);
                foreach (ArrayData column in batch.Columns)
                {
                    line[at++] = (byte)',';
                    if (column is ViewArray views)
                    {
                        ReadOnlySpan<byte> text = views.GetBytes(row);
                        text.CopyTo(line.AsSpan(at));
                        at += text.Length;
                    }
                    else
                    {
                        Utf8Formatter.TryFormat(((FixedWidthArray)column).Values<long>()[row], line.AsSpan(at), out int written);
                        at += written;
                    }
                }

                line[at++] = (byte)'\n';
                file.Write(line, 0, at);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RecordBatch batch in Batches)
        {
            batch.Release();
        }
    }
}
