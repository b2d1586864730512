using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Collects which rows of a batch are late, counts them, and gives them to whoever wants them.</summary>
internal sealed unsafe class LateRowList(OperatorContext context) : IDisposable
{
    private readonly NativeList<int> _rows = new(context.Allocator);
    private long _count;

    /// <summary>Adds a row.</summary>
    public void Add(int row)
    {
        _count++;
        if (context.Late is not null)
        {
            _rows.Add(row);
        }
    }

    /// <summary>Adds rows [start, end).</summary>
    public void Add(int start, int end) => Add(start, end, end - start);

    /// <summary>Adds rows [start, end), which stand for <paramref name="count"/> ones.</summary>
    public void Add(int start, int end, long count)
    {
        _count += count;
        for (int i = start; context.Late is not null && i < end; i++)
        {
            _rows.Add(i);
        }
    }

    /// <summary>Counts and gives the rows added since the last call; the batch is borrowed.</summary>
    public void Flush(RecordBatch batch)
    {
        if (_count == 0)
        {
            return;
        }

        context.Count("lateRows", _count);
        _count = 0;
        if (context.Late is { } late)
        {
            var rows = new ReadOnlySpan<int>(_rows.Pointer, _rows.Count);
            _rows.Count = 0;
            late(TakeKernel.Take(batch, rows, context.Allocator));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}
