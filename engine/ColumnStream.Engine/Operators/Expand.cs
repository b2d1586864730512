using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes each row on once a grouping set: keys that are not in the set are NULL, a last INT column numbers the sets.</summary>
/// <param name="Nulled">For each set the columns that become NULL.</param>
[PlanNode("expand", version: 1)]
public sealed record ExpandNode(ValueList<ValueList<int>> Nulled) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"expand null [{string.Join("], [", Describe(Nulled))}]";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new ExpandOperator(this);

    private static string[] Describe(ValueList<ValueList<int>> sets)
    {
        var texts = new string[sets.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = string.Join(", ", sets[i]);
        }

        return texts;
    }
}

/// <summary>Shares all columns but those that become NULL; one batch a set.</summary>
internal sealed unsafe class ExpandOperator(ExpandNode node) : Operator
{
    private readonly Schema _schema = node.OutputSchema();
    private ArrayData?[] _nulls = [];
    private BufferAllocator _allocator = null!;
    private StreamBatch? _batch;
    private int _next;

    public override bool HasMore => _batch is not null;

    public override void Open(OperatorContext context)
    {
        _allocator = context.Allocator;
        _nulls = new ArrayData?[context.Inputs[0].Fields.Count];
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        _batch = batch.Compact(_allocator);
        _next = 0;
        Continue(output);
    }

    public override void Continue(Collector output)
    {
        if (_batch is not { } batch)
        {
            return;
        }

        StreamBatch expanded = Expand(batch, _next++);
        if (_next == node.Nulled.Count)
        {
            _batch = null;
            batch.Release();
        }

        output.Emit(expanded);
    }

    protected override void Dispose(bool disposing)
    {
        _batch?.Release();
        _batch = null;
        foreach (ref ArrayData? column in _nulls.AsSpan())
        {
            column?.Release();
            column = null;
        }
    }

    private StreamBatch Expand(StreamBatch batch, int set)
    {
        ReadOnlySpan<ArrayData> source = batch.Rows.Columns;
        int length = batch.Rows.Length;
        var columns = new ArrayData[source.Length + 1];
        for (int i = 0; i < source.Length; i++)
        {
            columns[i] = node.Nulled[set].Span.Contains(i) ? Nulls(i, source[i].Type, length) : source[i].Retain();
        }

        NativeBuffer numbers = _allocator.Allocate(Math.Max(1, length) * 4L);
        new Span<int>(numbers.Pointer, length).Fill(set);
        columns[^1] = new FixedWidthArray(DataType.Int32, length, numbers, null);
        return new StreamBatch(new RecordBatch(_schema, columns, length), batch.KindsBuffer?.Retain());
    }

    /// <summary>Returns a column of nulls, cut from one that is kept.</summary>
    private ArrayData Nulls(int column, DataType type, int length)
    {
        if (_nulls[column] is not { } kept || kept.Length < length)
        {
            _nulls[column]?.Release();
            using ColumnBuilder builder = ColumnBuilder.Create(type, _allocator, length);
            for (int i = 0; i < length; i++)
            {
                builder.AppendNull();
            }

            _nulls[column] = kept = builder.Finish();
        }

        return kept.Length == length ? kept.Retain() : kept.Slice(0, length, _allocator);
    }
}
