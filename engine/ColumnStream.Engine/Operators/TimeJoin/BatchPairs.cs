using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.Join;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Collects pairs of rows of a left and a right batch, drops those that a condition does not hold for, and makes their batch.</summary>
internal sealed unsafe class BatchPairs : IDisposable
{
    /// <summary>Pairs of a batch.</summary>
    public const int ChunkRows = 4096;

    /// <summary>Stands for the row of NULLs.</summary>
    public const int None = -1;

    private readonly OperatorContext _context;
    private readonly RecordBatch[] _empty = new RecordBatch[2];
    private readonly RecordBatch?[] _batches = new RecordBatch?[2];
    private readonly NativeList<int>[] _rows;
    private readonly JoinCondition? _condition;
    private readonly Selection _survivors;

    /// <summary>Prepares for pairs of rows of the context's two inputs.</summary>
    public BatchPairs(BoundExpression? condition, OperatorContext context)
    {
        _context = context;
        _rows = [new NativeList<int>(context.Allocator), new NativeList<int>(context.Allocator)];
        _rows[0].Reserve(ChunkRows);
        _rows[1].Reserve(ChunkRows);
        _condition = condition is null ? null : new JoinCondition(condition, context);
        _survivors = new Selection(ChunkRows, context.Allocator);
        for (int side = 0; side < 2; side++)
        {
            var columns = new ArrayData[context.Inputs[side].Fields.Count];
            for (int i = 0; i < columns.Length; i++)
            {
                using ColumnBuilder builder = ColumnBuilder.Create(context.Inputs[side].Fields[i].Type, context.Allocator, 0);
                columns[i] = builder.Finish();
            }

            _empty[side] = new RecordBatch(context.Inputs[side], columns, 0);
        }
    }

    /// <summary>Gets or sets the number of pairs.</summary>
    public int Count { get; set; }

    /// <summary>Gets whether a batch is full.</summary>
    public bool IsFull => Count == ChunkRows;

    /// <summary>Returns a side's rows, one a pair.</summary>
    public int* Rows(int side) => _rows[side].Pointer;

    /// <summary>Forgets all pairs; rows are those of these batches from now on, which are borrowed. Null has only the row of NULLs.</summary>
    public void Begin(RecordBatch? left, RecordBatch? right)
    {
        Count = 0;
        _batches[0] = left;
        _batches[1] = right;
    }

    /// <summary>Adds a row of a side with NULLs in place of the other side's.</summary>
    public void AddAlone(int side, int row)
    {
        _rows[side].Pointer[Count] = row;
        _rows[1 - side].Pointer[Count++] = None;
    }

    /// <summary>Drops the pairs that the condition does not hold for.</summary>
    public void Filter()
    {
        if (_condition is null || Count == 0)
        {
            return;
        }

        int width = _context.Inputs[0].Fields.Count;
        var columns = new ArrayData[width + _context.Inputs[1].Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = !_condition.Reads(i) ? new NullArray(Count) : i < width ? Column(0, i) : Column(1, i - width);
        }

        _condition.Filter(columns, Count, _survivors);
        Count = _survivors.Count;
        int* left = Rows(0);
        int* right = Rows(1);
        for (int k = 0; k < Count; k++)
        {
            int i = _survivors.Pointer[k];
            left[k] = left[i];
            right[k] = right[i];
        }
    }

    /// <summary>Makes the batch of all pairs, of the left columns alone where <paramref name="schema"/> has no others, and forgets them.</summary>
    public RecordBatch Take(Schema schema)
    {
        int width = _context.Inputs[0].Fields.Count;
        var columns = new ArrayData[schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = i < width ? Column(0, i) : Column(1, i - width);
        }

        var batch = new RecordBatch(schema, columns, Count);
        Count = 0;
        return batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _condition?.Dispose();
        _survivors.Dispose();
        for (int side = 0; side < 2; side++)
        {
            _rows[side].Dispose();
            _empty[side].Release();
        }
    }

    private ArrayData Column(int side, int column)
    {
        RecordBatch rows = _batches[side] ?? _empty[side];
        return TakeKernel.Take(rows.Columns[column], new ReadOnlySpan<int>(Rows(side), Count), _context.Allocator);
    }
}
