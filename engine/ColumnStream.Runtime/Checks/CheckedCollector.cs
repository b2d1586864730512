using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Runtime.Checks;

/// <summary>Checks an operator's output before it is passed on.</summary>
internal sealed unsafe class CheckedCollector(PhysicalNode node) : Collector
{
    private readonly Schema _schema = node.OutputSchema();
    private Collector _target = null!;
    private long _watermarkMs = Watermark.Min;
    private bool _updateOpen;

    public CheckedCollector To(Collector target)
    {
        _target = target;
        return this;
    }

    public override void Emit(StreamBatch batch)
    {
        CheckTypes(node, batch, _schema);
        CheckSelection(batch);
        CheckKinds(batch);
        Collector target = _target;
        target.Emit(batch);
        _target = target;
    }

    public override void EmitWatermark(long watermarkMs)
    {
        if (watermarkMs < _watermarkMs)
        {
            throw new InvariantException(9001, $"Watermark falls: {node.Describe()}, {_watermarkMs}, {watermarkMs}.");
        }

        _watermarkMs = watermarkMs;
        _target.EmitWatermark(watermarkMs);
    }

    public override void EmitIdle() => _target.EmitIdle();

    /// <summary>Checks that a batch has the columns that the plan says.</summary>
    public static void CheckTypes(PhysicalNode node, StreamBatch batch, Schema expected)
    {
        Schema actual = batch.Rows.Schema;
        bool equal = actual.Fields.Count == expected.Fields.Count;
        for (int i = 0; equal && i < expected.Fields.Count; i++)
        {
            DataType type = expected.Fields[i].Type;
            equal = actual.Fields[i].Type == type && batch.Rows.Columns[i].Type == type;
        }

        if (!equal)
        {
            throw new InvariantException(
                9001, $"Columns differ from the plan: {node.Describe()}, expected [{expected}], found [{actual}].");
        }
    }

    private void CheckSelection(StreamBatch batch)
    {
        if (batch.Selection is null)
        {
            return;
        }

        int last = -1;
        foreach (int row in batch.Selection.Rows)
        {
            if (row <= last || row >= batch.Rows.Length)
            {
                throw new InvariantException(9001, $"Selection does not ascend: {node.Describe()}, {last}, {row}.");
            }

            last = row;
        }
    }

    private void CheckKinds(StreamBatch batch)
    {
        if (batch.Kinds is null)
        {
            Require(!_updateOpen, "−U without its +U");
            return;
        }

        for (int i = 0; i < batch.Count; i++)
        {
            RowKind kind = batch.Kinds[batch.Selection is null ? i : batch.Selection.Pointer[i]];
            Require(kind <= RowKind.Delete, "an unknown row kind");
            Require(
                node.Changelog != ChangelogMode.InsertOnly || kind == RowKind.Insert, "more than +I, as not promised");
            Require(
                node.Changelog != ChangelogMode.Upsert || kind != RowKind.UpdateBefore, "−U on an upsert edge");

            // A filter may drop one half of an update, so only operators that make updates promise pairs.
            if (node.Changelog == ChangelogMode.Retract && node is GroupAggregateNode or RankNode)
            {
                Require(!_updateOpen || kind == RowKind.UpdateAfter, "−U without its +U");
                _updateOpen = kind == RowKind.UpdateBefore;
            }
        }
    }

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvariantException(9001, $"Operator emits {what}: {node.Describe()}.");
        }
    }
}
