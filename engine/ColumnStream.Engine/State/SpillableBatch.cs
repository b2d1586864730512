using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.State;

/// <summary>Is a batch without selection that stays, in memory or on disk; whoever receives a reference releases it. One thread.</summary>
internal sealed unsafe class SpillableBatch(StreamBatch batch)
{
    private StreamBatch? _batch = batch;
    private SpilledBatches.Stored? _stored;
    private int _references = 1;

    /// <summary>Gets the rows.</summary>
    public int Length { get; } = batch.Rows.Length;

    /// <summary>Gets the bytes that it takes, or took, in memory.</summary>
    public long Bytes { get; } = batch.Rows.PinnedBytes + (batch.Kinds is null ? 0 : batch.Rows.Length);

    /// <summary>Gets whether it is in memory.</summary>
    public bool IsInMemory => _batch is not null;

    /// <summary>Gets whether more than one reference exists.</summary>
    public bool IsShared => _references > 1;

    /// <summary>Adds a reference and returns this batch.</summary>
    public SpillableBatch Retain()
    {
        _references++;
        return this;
    }

    /// <summary>Drops a reference; the last one gives memory or disk back.</summary>
    public void Release(SpilledBatches? disk)
    {
        if (--_references > 0)
        {
            return;
        }

        _batch?.Release();
        _batch = null;
        if (_stored is not null)
        {
            disk!.Drop(_stored);
            _stored = null;
        }
    }

    /// <summary>Returns the batch, which belongs to the caller; it stays where it is.</summary>
    public StreamBatch Read(SpilledBatches? disk, BufferAllocator account) => _batch?.Share(account) ?? disk!.Read(_stored!);

    /// <summary>Puts the batch on disk; returns the bytes that this frees where nobody else holds them.</summary>
    public long Evict(SpilledBatches disk)
    {
        if (_batch is null)
        {
            return 0;
        }

        _stored = disk.Write(_batch.Rows, _batch.Kinds is null ? default : new ReadOnlySpan<byte>(_batch.Kinds, Length));
        _batch.Release();
        _batch = null;
        return Bytes;
    }
}
