using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Engine.State;

/// <summary>Holds one number a key group of a subtask: behind a rescale the keys of each former subtask have come as far as they had.</summary>
/// <remarks>Needed where subtasks come on by their own clocks. Where all come on by watermarks one number will do.</remarks>
internal sealed class KeyGroupProgress : OperatorState
{
    private static readonly Schema Layout = new(
        new Field("slot", new DataType(TypeId.UInt32), Nullable: false),
        new Field("live", DataType.Bool, Nullable: false),
        new Field("key_group", new DataType(TypeId.UInt16), Nullable: false),
        new Field("value", DataType.Int64, Nullable: false));

    private readonly KeyGroupRange _range;
    private readonly int _keyGroups;
    private readonly long[] _values;
    private readonly BufferAllocator _account;
    private long[]? _frozen;

    /// <summary>Begins with the same number for all.</summary>
    public KeyGroupProgress(string name, long initial, OperatorContext context)
    {
        Name = name;
        _range = KeyGroupRange.Of(context.Subtask, context.Parallelism, context.KeyGroups);
        _keyGroups = context.KeyGroups;
        _account = context.Allocator;
        _values = new long[_range.End - _range.First];
        Array.Fill(_values, initial);
        Most = initial;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ValueList<StateColumn> Columns => [new StateColumn("value", DataType.Int64, StateColumnRole.Own)];

    /// <summary>Gets the greatest number.</summary>
    public long Most { get; private set; }

    /// <inheritdoc/>
    public override long RowCount => _values.Length;

    /// <inheritdoc/>
    public override long Bytes => _values.Length * sizeof(long);

    /// <summary>Returns the number of the key group of a hash.</summary>
    public long Of(ulong hash) => _values[KeyHash.KeyGroup(hash, _keyGroups) - _range.First];

    /// <summary>Raises all numbers that are below <paramref name="value"/>.</summary>
    public void Raise(long value)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = Math.Max(_values[i], value);
        }

        Most = Math.Max(Most, value);
    }

    /// <inheritdoc/>
    public override void BeginSnapshot(bool full) => _frozen = [.. _values];

    /// <inheritdoc/>
    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        if (_frozen is not { Length: > 0 } values)
        {
            return false;
        }

        _frozen = null;
        using var slot = (FixedWidthBuilder)ColumnBuilder.Create(Layout.Fields[0].Type, _account, values.Length);
        using var live = new BooleanBuilder(_account, values.Length);
        using var group = (FixedWidthBuilder)ColumnBuilder.Create(Layout.Fields[2].Type, _account, values.Length);
        using var number = new FixedWidthBuilder(DataType.Int64, _account, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            slot.Append((uint)i + 1);
            live.Append(true);
            group.Append((ushort)(_range.First + i));
            number.Append(values[i]);
        }

        var batch = new RecordBatch(Layout, [slot.Finish(), live.Finish(), group.Finish(), number.Finish()], values.Length);
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
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            ReadOnlySpan<ushort> groups = ((FixedWidthArray)batch.Columns[2]).Values<ushort>();
            ReadOnlySpan<long> values = ((FixedWidthArray)batch.Columns[3]).Values<long>();
            for (int i = 0; i < batch.Length; i++)
            {
                if (_range.Contains(groups[i]))
                {
                    _values[groups[i] - _range.First] = values[i];
                    Most = Math.Max(Most, values[i]);
                }
            }

            batch.Release();
        }
    }
}
