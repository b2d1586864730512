using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Holds in checkpoints the rows whose answers were still to come; after a restore they are asked for anew.</summary>
internal sealed class WaitingRows(KeptRows rows, Func<IEnumerable<StreamBatch>> waiting, BufferAllocator allocator)
    : OperatorState, IDisposable
{
    public override string Name => rows.Name;

    public override ValueList<StateColumn> Columns => rows.Columns;

    public override long RowCount
    {
        get
        {
            long count = 0;
            foreach (StreamBatch batch in waiting())
            {
                count += batch.Count;
            }

            return count;
        }
    }

    public override long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (StreamBatch batch in waiting())
            {
                bytes += batch.Rows.PinnedBytes;
            }

            return bytes;
        }
    }

    public override bool MustBeFull => rows.MustBeFull;

    /// <summary>Gives the restored rows, in the order in which they had come.</summary>
    public IReadOnlyList<StreamBatch> TakeRestored() => rows.TakeBatches();

    public override void BeginSnapshot(bool full)
    {
        var shared = new List<StreamBatch>();
        foreach (StreamBatch batch in waiting())
        {
            shared.Add(batch.Share(allocator));
        }

        IReadOnlyList<StreamBatch> restored = rows.TakeBatches();
        foreach (StreamBatch batch in restored)
        {
            rows.Add(batch.Share(allocator));
        }

        shared.ForEach(rows.Add);
        rows.BeginSnapshot(full);
        foreach (StreamBatch batch in rows.TakeBatches())
        {
            batch.Release();
        }

        foreach (StreamBatch batch in restored)
        {
            rows.Add(batch);
        }
    }

    public override bool Gather(int maxRows, Action<RecordBatch> write) => rows.Gather(maxRows, write);

    public override void AbortSnapshot() => rows.AbortSnapshot();

    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups) => rows.Restore(snapshots, keyGroups);

    public void Dispose() => rows.Clear();
}
