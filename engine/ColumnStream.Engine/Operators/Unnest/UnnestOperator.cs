using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Unnest;

/// <summary>Walks the collections of a batch and emits their elements in chunks; keeps nothing between batches.</summary>
/// <remarks>
/// Both halves of an update come out element by element. Since collections differ in length, halves become −D and +I.
/// </remarks>
internal sealed unsafe class UnnestOperator(UnnestNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly Schema _schema = node.OutputSchema();
    private readonly ArrayData[] _results = new ArrayData[1];
    private OperatorContext _context = null!;
    private Evaluator _evaluator = null!;
    private NativeList<int> _sources = null!;
    private NativeList<int> _elements = null!;
    private NativeList<int> _ordinals = null!;
    private StreamBatch? _batch;
    private ArrayData? _collections;
    private int _row;
    private int _element;
    private int _repeat;
    private int _ordinal;

    public override bool HasMore => _batch is not null;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _evaluator = new Evaluator([node.Collection], context.Inputs[0], context.Allocator, context.Evaluation);
        _sources = new NativeList<int>(context.Allocator);
        _elements = new NativeList<int>(context.Allocator);
        _ordinals = new NativeList<int>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            _evaluator.Evaluate(batch.Rows, null, _results);
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            batch.Release();
            throw EvaluationErrors.ToUser(error);
        }

        _batch = batch;
        _collections = _results[0];
        _row = 0;
        _element = 0;
        _repeat = 0;
        _ordinal = 0;
        Continue(output);
    }

    public override void Continue(Collector output)
    {
        if (_batch is not { } batch)
        {
            return;
        }

        Clear();
        ArrayData? items = null;
        while (_row < batch.Rows.Length && _sources.Count < ChunkRows)
        {
            items = Walk(items);
        }

        StreamBatch? chunk = _sources.Count == 0 ? null : Build(batch, items);
        if (_row == batch.Rows.Length)
        {
            Drop();
        }

        if (chunk is not null)
        {
            output.Emit(chunk);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Drop();
        _evaluator?.Dispose();
        _sources?.Dispose();
        _elements?.Dispose();
        _ordinals?.Dispose();
    }

    private void Drop()
    {
        _batch?.Release();
        _batch = null;
        _collections?.Release();
        _collections = null;
    }

    private void Clear()
    {
        _sources.Count = 0;
        _elements.Count = 0;
        _ordinals.Count = 0;
    }

    /// <summary>Adds elements of the current row until it or the chunk is full; returns the child that holds them.</summary>
    private ArrayData? Walk(ArrayData? items)
    {
        int start = 0;
        int count = 0;
        bool isValue = false;
        if (!_collections!.IsNull(_row) && ListRows.TryFind(_collections, _row, out ArrayData found, out start, out count))
        {
            items = found;
            isValue = true;
        }

        ReadOnlySpan<int> times = isValue && node.Collection.Type.Id == SqlTypeId.Multiset ? Times(items!) : default;
        if (!isValue || count == 0)
        {
            if (node.IsOuter)
            {
                Add(-1, 0);
            }

            Next();
            return items;
        }

        for (; _element < count && _sources.Count < ChunkRows; _element++)
        {
            int element = start + _element;
            int most = times.IsEmpty ? 1 : times[element];
            for (; _repeat < most && _sources.Count < ChunkRows; _repeat++)
            {
                Add(element, ++_ordinal);
            }

            if (_repeat < most)
            {
                return items;
            }

            _repeat = 0;
        }

        if (_element == count)
        {
            Next();
        }

        return items;
    }

    private void Add(int element, int ordinal)
    {
        _sources.Add(_row);
        _elements.Add(element);
        _ordinals.Add(ordinal);
    }

    private void Next()
    {
        _row++;
        _element = 0;
        _repeat = 0;
        _ordinal = 0;
    }

    /// <summary>Returns how often each element of a multiset stands in it.</summary>
    private static ReadOnlySpan<int> Times(ArrayData entries) => ((FixedWidthArray)((StructArray)entries).Fields[1]).Values<int>();

    private StreamBatch Build(StreamBatch batch, ArrayData? items)
    {
        int length = (int)_sources.Count;
        var sources = new ReadOnlySpan<int>(_sources.Pointer, length);
        var elements = new ReadOnlySpan<int>(_elements.Pointer, length);
        var columns = new ArrayData[_schema.Fields.Count];
        int next = 0;
        foreach (int column in node.Kept)
        {
            columns[next++] = TakeKernel.Take(batch.Rows.Columns[column], sources, _context.Allocator);
        }

        int parts = columns.Length - next - (node.WithOrdinality ? 1 : 0);
        for (int part = 0; part < parts; part++)
        {
            columns[next + part] = Part(items, part, elements);
        }

        if (node.WithOrdinality)
        {
            columns[^1] = Ordinals(length);
        }

        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = _context.Allocator.Allocate(length);
            for (int i = 0; i < length; i++)
            {
                bool adds = batch.Kinds[sources[i]] is RowKind.Insert or RowKind.UpdateAfter;
                kinds.Pointer[i] = (byte)(adds ? RowKind.Insert : RowKind.Delete);
            }
        }

        return new StreamBatch(new RecordBatch(_schema, columns, length), kinds);
    }

    /// <summary>Returns one column of the elements: themselves, the field of a row, or key or value of a map.</summary>
    private ArrayData Part(ArrayData? items, int part, ReadOnlySpan<int> elements)
    {
        if (items is null)
        {
            return Nulls(_schema.Fields[node.Kept.Count + part].Type, elements.Length);
        }

        SqlTypeId kind = node.Collection.Type.Id;
        ArrayData values = kind == SqlTypeId.Map ? ((StructArray)items).Fields[part]
            : kind == SqlTypeId.Multiset ? ((StructArray)items).Fields[0] : items;
        if (kind == SqlTypeId.Map || node.Collection.Type.Element!.Id != SqlTypeId.Row)
        {
            return TakeKernel.Take(values, elements, _context.Allocator);
        }

        // A row that is NULL has NULL fields, whatever stands below it.
        var rows = (StructArray)values;
        ArrayData field = rows.Fields[part];
        if (rows.Validity is null)
        {
            return TakeKernel.Take(field, elements, _context.Allocator);
        }

        var valid = new int[elements.Length];
        for (int i = 0; i < valid.Length; i++)
        {
            valid[i] = elements[i] >= 0 && rows.IsNull(elements[i]) ? -1 : elements[i];
        }

        return TakeKernel.Take(field, valid, _context.Allocator);
    }

    private ArrayData Nulls(DataType type, int length)
    {
        using Arrow.Builders.ColumnBuilder builder = Arrow.Builders.ColumnBuilder.Create(type, _context.Allocator, length);
        for (int i = 0; i < length; i++)
        {
            builder.AppendNull();
        }

        return builder.Finish();
    }

    private FixedWidthArray Ordinals(int length)
    {
        NativeBuffer values = _context.Allocator.Allocate(length * 4L);
        NativeBuffer? valid = null;
        if (node.IsOuter)
        {
            valid = _context.Allocator.AllocateZeroed(Bitmap.ByteCount(length));
            valid.Length = (length + 7) >> 3;
        }

        for (int i = 0; i < length; i++)
        {
            int ordinal = _ordinals.Pointer[i];
            ((int*)values.Pointer)[i] = ordinal;
            if (valid is not null && ordinal > 0)
            {
                valid.Pointer[i >> 3] |= (byte)(1 << (i & 7));
            }
        }

        return new FixedWidthArray(DataType.Int32, length, values, valid);
    }
}
