using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Collects pairs of rows and makes batches of both sides' columns; a condition then says which pairs stand.</summary>
/// <remarks>A side's row is one of its state, the row of NULLs, or, for one side at a time, a row of the batch at hand.</remarks>
internal sealed unsafe class PairWriter : IDisposable
{
    private readonly BufferAllocator _allocator;
    private readonly ChainedRows[] _sides;
    private readonly Evaluator? _condition;
    private readonly int _chunkRows;
    private readonly int _leftColumns;
    private readonly NativeList<nint>[] _rows;
    private readonly NativeList<int> _indices;
    private readonly NativeBuffer[] _nulls = new NativeBuffer[2];
    private RecordBatch? _source;
    private int _sourceSide = -1;

    /// <summary>Prepares for pairs of rows of two sides.</summary>
    /// <param name="pair">The left columns, then the right ones.</param>
    /// <param name="leftColumns">How many are left ones.</param>
    /// <param name="left">The left side.</param>
    /// <param name="right">The right side.</param>
    /// <param name="condition">What must hold of a pair, or null.</param>
    /// <param name="context">Memory and what expressions depend on.</param>
    public PairWriter(
        Schema pair, int leftColumns, ChainedRows left, ChainedRows right, BoundExpression? condition, OperatorContext context)
    {
        PairSchema = pair;
        _allocator = context.Allocator;
        _chunkRows = context.ChunkRows;
        _leftColumns = leftColumns;
        _sides = [left, right];
        _rows = [new NativeList<nint>(_allocator), new NativeList<nint>(_allocator)];
        _indices = new NativeList<int>(_allocator);
        _condition = condition is null ? null : new Evaluator([condition], pair, _allocator, context.Evaluation);
        for (int side = 0; side < 2; side++)
        {
            _nulls[side] = _allocator.Allocate(_sides[side].Table.Layout.Stride);
            _sides[side].FillNulls(_nulls[side].Pointer);
        }
    }

    /// <summary>Gets the columns of a pair.</summary>
    public Schema PairSchema { get; }

    /// <summary>Gets the number of pairs.</summary>
    public int Count { get; private set; }

    /// <summary>Gets whether a batch is full.</summary>
    public bool IsFull => Count == _chunkRows;

    /// <summary>Gets whether pairs have a condition.</summary>
    public bool HasCondition => _condition is not null;

    /// <summary>Gets the rows of the batch at hand, one a pair.</summary>
    public int* Indices => _indices.Pointer;

    /// <summary>Returns the rows of a side, one a pair.</summary>
    public byte** Rows(int side) => (byte**)_rows[side].Pointer;

    /// <summary>Returns the row of a side whose columns are NULL.</summary>
    public byte* NullRow(int side) => _nulls[side].Pointer;

    /// <summary>Forgets all pairs; rows of <paramref name="side"/> come from <paramref name="source"/> from now on, if it is given.</summary>
    public void Begin(RecordBatch? source, int side)
    {
        Clear();
        _source = source;
        _sourceSide = source is null ? -1 : side;
    }

    /// <summary>Forgets all pairs.</summary>
    public void Clear()
    {
        Count = 0;
        _rows[0].Count = 0;
        _rows[1].Count = 0;
        _indices.Count = 0;
    }

    /// <summary>Adds a pair of rows of both states.</summary>
    public void Add(byte* left, byte* right)
    {
        _rows[0].Add((nint)left);
        _rows[1].Add((nint)right);
        Count++;
    }

    /// <summary>Adds a pair of a row of the batch at hand and a row of the other side.</summary>
    public void Add(int index, byte* other)
    {
        _indices.Add(index);
        _rows[1 - _sourceSide].Add((nint)other);
        Count++;
    }

    /// <summary>Makes the batch of all pairs; the caller owns it.</summary>
    public RecordBatch Build()
    {
        var columns = new ArrayData[PairSchema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = i < _leftColumns ? Column(0, i) : Column(1, i - _leftColumns);
        }

        return new RecordBatch(PairSchema, columns, Count);
    }

    /// <summary>Makes the columns of one side only, under its own names; the caller owns them.</summary>
    public RecordBatch BuildSide(int side, Schema schema)
    {
        var columns = new ArrayData[schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Column(side, i);
        }

        return new RecordBatch(schema, columns, Count);
    }

    /// <summary>Returns the pairs for which the condition is true, or null for all; the caller owns it.</summary>
    public Selection? Test(RecordBatch pairs)
    {
        if (_condition is null)
        {
            return null;
        }

        var survivors = new Selection(pairs.Length, _allocator);
        try
        {
            _condition.Filter(pairs, null, survivors);
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            survivors.Dispose();
            throw EvaluationErrors.ToUser(error);
        }

        if (survivors.Count == pairs.Length)
        {
            survivors.Dispose();
            return null;
        }

        return survivors;
    }

    /// <summary>Makes the batch of all pairs and tests it: which of them stand, or null for all. The caller owns both.</summary>
    public RecordBatch BuildTested(out Selection? survivors)
    {
        RecordBatch pairs = Build();
        try
        {
            survivors = Test(pairs);
        }
        catch
        {
            pairs.Release();
            throw;
        }

        return pairs;
    }

    /// <summary>Emits rows of a batch that match nothing, in chunks, with their kinds if there are any.</summary>
    /// <param name="rows">The batch.</param>
    /// <param name="side">The side that it comes from.</param>
    /// <param name="indices">The rows.</param>
    /// <param name="kinds">The kinds of the batch's rows, or null.</param>
    /// <param name="leftOnly">The left columns where only those come out, else null.</param>
    /// <param name="output">Receives them.</param>
    public void EmitAlone(
        RecordBatch rows, int side, ReadOnlySpan<int> indices, RowKind* kinds, Schema? leftOnly, Collector output)
    {
        Begin(rows, side);
        for (int i = 0; i < indices.Length; i++)
        {
            Add(indices[i], NullRow(1 - side));
            if (!IsFull && i < indices.Length - 1)
            {
                continue;
            }

            NativeBuffer? own = null;
            if (kinds is not null)
            {
                own = _allocator.Allocate(Count);
                for (int k = 0; k < Count; k++)
                {
                    own.Pointer[k] = (byte)kinds[Indices[k]];
                }
            }

            RecordBatch alone = leftOnly is null ? Build() : BuildSide(0, leftOnly);
            Clear();
            output.Emit(new StreamBatch(alone, own));
        }
    }

    /// <summary>Emits the pairs that stand; takes over both parts.</summary>
    public void Emit(RecordBatch pairs, NativeBuffer? kinds, Selection? survivors, Collector output)
    {
        var batch = new StreamBatch(pairs, kinds, survivors);
        if (batch.Count == 0)
        {
            batch.Release();
            return;
        }

        output.Emit(survivors is not null && survivors.Count < pairs.Length / 8 ? batch.Compact(_allocator) : batch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _condition?.Dispose();
        _indices.Dispose();
        for (int side = 0; side < 2; side++)
        {
            _rows[side].Dispose();
            _nulls[side].Release();
        }
    }

    private ArrayData Column(int side, int column) => side == _sourceSide
        ? TakeKernel.Take(_source!.Columns[column], new ReadOnlySpan<int>(_indices.Pointer, Count), _allocator)
        : _sides[side].Column(column, Rows(side), Count);
}
