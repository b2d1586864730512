using System;
using System.Threading;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow;

/// <summary>Holds equal-length arrays under one schema; immutable once built; whoever receives it releases it.</summary>
public sealed class RecordBatch
{
    private int _references = 1;

    /// <summary>Takes over the references in <paramref name="columns"/> and the array itself.</summary>
    /// <exception cref="ArgumentException">A column's length or the number of columns differs.</exception>
    public RecordBatch(Schema schema, ArrayData[] columns, int length)
    {
        if (columns.Length != schema.Fields.Count)
        {
            throw new ArgumentException($"Batch has a wrong number of columns: {columns.Length}, {schema.Fields.Count}.");
        }

        foreach (ArrayData column in columns)
        {
            if (column.Length != length)
            {
                throw new ArgumentException($"Column has a wrong length: {column.Length}, {length}.");
            }
        }

        Schema = schema;
        Columns = columns;
        Length = length;
    }

    /// <summary>Gets names and types.</summary>
    public Schema Schema { get; }

    /// <summary>Gets the columns; read-only, borrowed while the batch lives.</summary>
    public ArrayData[] Columns { get; }

    /// <summary>Gets key-value metadata of the batch itself, as its message had it; slices and copies have none.</summary>
    public ValueList<MetadataEntry> Metadata { get; init; }

    /// <summary>Gets the number of rows.</summary>
    public int Length { get; }

    /// <summary>Gets the bytes of all buffers that the columns keep alive; shared ones count each time.</summary>
    public long PinnedBytes
    {
        get
        {
            long bytes = 0;
            foreach (ArrayData column in Columns)
            {
                bytes += column.PinnedBytes;
            }

            return bytes;
        }
    }

    /// <summary>Returns some of the columns, borrowed while the batch lives.</summary>
    public ArrayData[] Pick(ReadOnlySpan<int> columns)
    {
        var picked = new ArrayData[columns.Length];
        for (int i = 0; i < picked.Length; i++)
        {
            picked[i] = Columns[columns[i]];
        }

        return picked;
    }

    /// <summary>Adds a reference and returns this batch.</summary>
    public RecordBatch Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            throw new InvalidOperationException("Batch was already released.");
        }

        return this;
    }

    /// <summary>Drops a reference; the last one releases the columns.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left > 0)
        {
            return;
        }

        if (left < 0)
        {
            throw new InvalidOperationException("Batch was already released.");
        }

        foreach (ArrayData column in Columns)
        {
            column.Release();
        }
    }

    /// <summary>Makes a batch of rows [offset, offset + length) that shares the values.</summary>
    public RecordBatch Slice(int offset, int length, BufferAllocator allocator)
    {
        return new RecordBatch(Schema, ArrayData.SliceAll(Columns, offset, length, allocator), length);
    }
}
