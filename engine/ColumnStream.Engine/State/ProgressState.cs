using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.State;

/// <summary>Holds one number of an operator, such as its watermark; several former subtasks merge to the smallest.</summary>
public sealed class ProgressState(string name, long initial, BufferAllocator allocator) : OperatorState
{
    private static readonly Schema Layout = new(
        new Field("slot", new DataType(TypeId.UInt32), Nullable: false),
        new Field("live", DataType.Bool, Nullable: false),
        new Field("key_group", new DataType(TypeId.UInt16), Nullable: false),
        new Field("value", DataType.Int64, Nullable: false));

    private long? _frozen;
    private bool _restored;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override ValueList<StateColumn> Columns => [new StateColumn("value", DataType.Int64, StateColumnRole.Own)];

    /// <summary>Gets or sets the number.</summary>
    public long Value { get; set; } = initial;

    /// <inheritdoc/>
    public override long RowCount => 1;

    /// <inheritdoc/>
    public override long Bytes => sizeof(long);

    /// <inheritdoc/>
    public override bool FollowsSplits => true;

    /// <inheritdoc/>
    public override void BeginSnapshot(bool full) => _frozen = Value;

    /// <inheritdoc/>
    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        if (_frozen is not long value)
        {
            return false;
        }

        using ColumnBuilder slot = ColumnBuilder.Create(Layout.Fields[0].Type, allocator, 1);
        using var live = new BooleanBuilder(allocator, 1);
        using ColumnBuilder group = ColumnBuilder.Create(Layout.Fields[2].Type, allocator, 1);
        using var number = new FixedWidthBuilder(DataType.Int64, allocator, 1);
        ((FixedWidthBuilder)slot).Append(0u);
        live.Append(true);
        ((FixedWidthBuilder)group).Append((ushort)0);
        number.Append(value);
        var batch = new RecordBatch(Layout, [slot.Finish(), live.Finish(), group.Finish(), number.Finish()], 1);
        _frozen = null;
        try
        {
            write(batch);
        }
        finally
        {
            batch.Release();
        }

        return false;
    }

    /// <inheritdoc/>
    public override void AbortSnapshot() => _frozen = null;

    /// <inheritdoc/>
    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        long? last = null;
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            if (batch.Length > 0)
            {
                last = ((FixedWidthArray)batch.Columns[3]).Values<long>()[batch.Length - 1];
            }

            batch.Release();
        }

        if (last is long value)
        {
            Value = _restored ? Math.Min(Value, value) : value;
            _restored = true;
        }
    }
}
