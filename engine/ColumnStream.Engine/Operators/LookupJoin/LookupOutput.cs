using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.Join;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Makes batches of rows and what was found for them, a chunk at a time.</summary>
/// <remarks>
/// Where a key has one row at most and nothing else is asked, the input's columns are shared as they are, and misses are a selection.
/// </remarks>
internal sealed unsafe class LookupOutput : IDisposable
{
    private const int ChunkRows = 4096;
    private readonly LookupJoinNode _node;
    private readonly OperatorContext _context;
    private readonly BufferAllocator _allocator;
    private readonly Schema _schema;
    private readonly int[] _columns;
    private readonly int _width;
    private readonly Schema _pairSchema;
    private readonly Evaluator? _residual;
    private readonly bool[] _reads;
    private readonly NativeList<int> _left;
    private readonly NativeList<int> _right;
    private readonly NativeList<int> _answersLeft;
    private readonly NativeList<int> _answersRight;
    private StreamBatch? _batch;
    private RecordBatch? _rows;
    private int* _first;
    private int* _next;
    private int _row;
    private int _candidate;
    private bool _matched;

    public LookupOutput(LookupJoinNode node, Schema right, OperatorContext context)
    {
        _node = node;
        _context = context;
        _allocator = context.Allocator;
        _schema = node.OutputSchema();
        Schema left = context.Inputs[0];
        _width = left.Fields.Count;
        _pairSchema = TimeJoin.JoinKeys.Pair(left, right);
        _columns = new int[_schema.Fields.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = node.Columns.Count == 0 ? i : node.Columns[i];
        }

        _reads = new bool[_pairSchema.Fields.Count];
        if (node.Residual is { } residual)
        {
            JoinCondition.Read(residual, _reads);
            _residual = new Evaluator([residual], _pairSchema, _allocator, context.Evaluation);
        }

        _left = new NativeList<int>(_allocator);
        _right = new NativeList<int>(_allocator);
        _answersLeft = new NativeList<int>(_allocator);
        _answersRight = new NativeList<int>(_allocator);
    }

    /// <summary>Gets whether rows are left to emit.</summary>
    public bool HasMore => _batch is not null;

    /// <summary>Begins with the rows of a batch, which moves here, without selection.</summary>
    /// <param name="batch">The rows that came.</param>
    /// <param name="rows">The rows that may have been found, which move here.</param>
    /// <param name="first">For each row that came the first that was found, or −1; good while there is more to emit.</param>
    /// <param name="next">For each row that may have been found the next of its key, or −1; null where each is alone.</param>
    public void Begin(StreamBatch batch, RecordBatch rows, int* first, int* next)
    {
        _batch = batch;
        _rows = rows;
        _first = first;
        _next = next;
        _row = 0;
        _candidate = batch.Count > 0 ? first[0] : -1;
        _matched = false;
    }

    /// <summary>Emits up to a chunk.</summary>
    public void Emit(Collector output)
    {
        StreamBatch? made = _next is null && _residual is null && !_node.GivesUpserts ? Single() : Chunk();
        if (_row >= _batch!.Count)
        {
            End();
        }

        if (made is not null)
        {
            output.Emit(made);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _residual?.Dispose();
        _left.Dispose();
        _right.Dispose();
        _answersLeft.Dispose();
        _answersRight.Dispose();
    }

    private void End()
    {
        _batch?.Release();
        _rows?.Release();
        _batch = null;
        _rows = null;
    }

    /// <summary>Makes the whole batch, each row with the one that was found for it.</summary>
    private StreamBatch? Single()
    {
        StreamBatch batch = _batch!;
        int count = batch.Count;
        _row = count;
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            found += _first[i] >= 0 ? 1 : 0;
        }

        if (_node.Type == JoinType.Left || found == count)
        {
            return Whole(new ReadOnlySpan<int>(_first, count), null);
        }

        if (found == 0)
        {
            return null;
        }

        if (found < count / 8)
        {
            int* left = _left.Reserve(found);
            int* right = _right.Reserve(found);
            int at = 0;
            for (int i = 0; i < count; i++)
            {
                if (_first[i] >= 0)
                {
                    left[at] = i;
                    right[at++] = _first[i];
                }
            }

            return Taken(new ReadOnlySpan<int>(left, found), new ReadOnlySpan<int>(right, found));
        }

        // Rows that found nothing show any row and are not selected.
        var selection = new Selection(count, _allocator);
        int* some = _right.Reserve(count);
        int selected = 0;
        for (int i = 0; i < count; i++)
        {
            int row = _first[i];
            selection.Pointer[selected] = i;
            selected += row >= 0 ? 1 : 0;
            some[i] = Math.Max(row, 0);
        }

        selection.Count = selected;
        return Whole(new ReadOnlySpan<int>(some, count), selection);
    }

    private StreamBatch Whole(ReadOnlySpan<int> rows, Selection? selection)
    {
        var columns = new ArrayData[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            int from = _columns[i];
            columns[i] = from < _width
                ? _batch!.Rows.Columns[from].Retain()
                : TakeKernel.Take(_rows!.Columns[from - _width], rows, _allocator);
        }

        return new StreamBatch(new RecordBatch(_schema, columns, rows.Length), Kinds(default, default), selection);
    }

    private StreamBatch Taken(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var columns = new ArrayData[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Column(_columns[i], left, right);
        }

        return new StreamBatch(new RecordBatch(_schema, columns, left.Length), Kinds(left, right));
    }

    private ArrayData Column(int from, ReadOnlySpan<int> left, ReadOnlySpan<int> right) => from < _width
        ? TakeKernel.Take(_batch!.Rows.Columns[from], left, _allocator)
        : TakeKernel.Take(_rows!.Columns[from - _width], right, _allocator);

    /// <summary>Makes the kinds of rows, all of them where none are named: halves of updates may find different numbers of rows.</summary>
    private NativeBuffer? Kinds(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        RowKind* kinds = _batch!.Kinds;
        if (kinds is null && !_node.GivesUpserts)
        {
            return null;
        }

        int count = left.IsEmpty ? _batch.Count : left.Length;
        NativeBuffer made = _allocator.Allocate(count);
        for (int i = 0; i < count; i++)
        {
            bool adds = kinds is null || kinds[left.IsEmpty ? i : left[i]] is RowKind.Insert or RowKind.UpdateAfter;
            made.Pointer[i] = (byte)(!_node.GivesUpserts ? (adds ? RowKind.Insert : RowKind.Delete)
                : adds && (right[i] >= 0 || _node.Type == JoinType.Left) ? RowKind.UpdateAfter : RowKind.Delete);
        }

        return made;
    }

    /// <summary>Makes a chunk of pairs, those that the condition holds for, and of rows that found none.</summary>
    private StreamBatch? Chunk()
    {
        _left.Count = 0;
        _right.Count = 0;
        int first = _row;
        bool wasMatched = _matched;
        int count = _batch!.Count;
        int lone = 0;
        while (_row < count && _left.Count + lone < ChunkRows)
        {
            if (_candidate < 0)
            {
                lone++;
            }
            else
            {
                _left.Add(_row);
                _right.Add(_candidate);
                _candidate = _next is null ? -1 : _next[_candidate];
            }

            if (_candidate < 0)
            {
                _row++;
                _candidate = _row < count ? _first[_row] : -1;
            }
        }

        if (_residual is not null && _left.Count > 0)
        {
            Filter();
        }

        _answersLeft.Count = 0;
        _answersRight.Count = 0;
        int pair = 0;
        for (int row = first; row < Math.Min(count, _row + 1); row++)
        {
            _matched = row == first && wasMatched;
            for (; pair < _left.Count && _left.Pointer[pair] == row; pair++)
            {
                Answer(row, _right.Pointer[pair]);
                _matched = true;
            }

            if (row < _row && !_matched)
            {
                Answer(row, -1);
            }
        }

        _matched &= _row < count;
        int answers = _answersLeft.Count;
        return answers == 0 ? null : Taken(
            new ReadOnlySpan<int>(_answersLeft.Pointer, answers), new ReadOnlySpan<int>(_answersRight.Pointer, answers));
    }

    /// <summary>Adds a row with what was found for it, −1 for nothing.</summary>
    private void Answer(int row, int found)
    {
        if (_node.GivesUpserts)
        {
            RowKind kind = _batch!.Kinds is null ? RowKind.Insert : _batch.Kinds[row];
            if (kind == RowKind.UpdateBefore)
            {
                return;
            }

            found = kind == RowKind.Delete ? -1 : found;
        }
        else if (found < 0 && _node.Type == JoinType.Inner)
        {
            return;
        }

        _answersLeft.Add(row);
        _answersRight.Add(found);
    }

    /// <summary>Drops pairs that the condition does not hold for; only the columns that it reads are gathered.</summary>
    private void Filter()
    {
        int count = _left.Count;
        var left = new ReadOnlySpan<int>(_left.Pointer, count);
        var right = new ReadOnlySpan<int>(_right.Pointer, count);
        var columns = new ArrayData[_reads.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _reads[i] ? Column(i, left, right) : new NullArray(count);
        }

        var pairs = new RecordBatch(_pairSchema, columns, count);
        var survivors = new Selection(count, _allocator);
        try
        {
            _residual!.Filter(pairs, null, survivors);
            for (int i = 0; i < survivors.Count; i++)
            {
                _left.Pointer[i] = _left.Pointer[survivors.Pointer[i]];
                _right.Pointer[i] = _right.Pointer[survivors.Pointer[i]];
            }

            _left.Count = survivors.Count;
            _right.Count = survivors.Count;
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            throw EvaluationErrors.ToUser(error);
        }
        finally
        {
            survivors.Dispose();
            pairs.Release();
        }
    }
}
