using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Deferring;

/// <summary>Keeps rows that wait to be worked on together with others of near keys: a few in memory, all others on disk by part.</summary>
/// <remarks>
/// <code>
/// part    of 64: the top bits of the key's 32-bit hash, which also choose segments of <see cref="StateIndex"/>
/// block   rows of one part as one Arrow stream behind their kinds; the rows of a key keep their order
/// </code>
/// Few rows that never went to disk come back as they came.
/// </remarks>
internal sealed unsafe class WaitingRows(ValueList<int> keys, StateSpill spill, BufferAllocator account) : IDisposable
{
    private const int Parts = 64;
    private const int PartShift = 26;
    private const int BatchesOfLimit = 64;
    private readonly List<StreamBatch> _batches = [];
    private readonly SpilledBatches _blocks = new(spill, account);
    private readonly Queue<SpilledBatches.Stored>[] _parts = new Queue<SpilledBatches.Stored>[Parts];
    private readonly long _mostMemory = spill.IsEager ? 1 : Math.Clamp(spill.LimitBytes / 16, 1 << 16, 1 << 26);
    private byte[] _kinds = [];
    private int[] _order = [];
    private ulong[] _hashes = [];
    private StreamBatch? _open;
    private int _openFrom;
    private int _part;
    private long _memory;

    /// <summary>Gets how many batches came since the last one was taken.</summary>
    public int Batches { get; private set; }

    /// <summary>Gets whether rows wait.</summary>
    public bool IsEmpty => Batches == 0;

    /// <summary>Gets whether rows went to disk.</summary>
    public bool IsOnDisk => _blocks.Bytes > 0;

    /// <summary>Gets the bytes of the rows that wait.</summary>
    public long Bytes => _memory + _blocks.Bytes;

    /// <summary>Adds rows behind all others; the batch moves here.</summary>
    public void Add(StreamBatch batch)
    {
        Batches++;
        Keep(batch);
        if (_memory < _mostMemory)
        {
            return;
        }

        // Small batches pin more than they hold: side by side they may need far less.
        if (_batches.Count > 1)
        {
            Keep(Join());
        }

        if (_memory >= _mostMemory / 2)
        {
            Spread();
        }
    }

    /// <summary>Makes ready to give the rows back.</summary>
    public void Close()
    {
        if (IsOnDisk)
        {
            Spread();
        }
    }

    /// <summary>Gives up to <paramref name="mostRows"/> rows back, part by part; null when there are no more.</summary>
    public StreamBatch? Next(int mostRows)
    {
        while (_open is null)
        {
            if (_batches.Count > 0)
            {
                _open = _batches[0];
                _batches.RemoveAt(0);
                break;
            }

            while (_part < Parts && _parts[_part] is not { Count: > 0 })
            {
                _part++;
            }

            if (_part == Parts)
            {
                _part = 0;
                _memory = 0;
                Batches = 0;
                return null;
            }

            _open = _blocks.Take(_parts[_part].Dequeue());
        }

        // Long rows come in smaller batches.
        long bytesPerRow = Math.Max(1, _open.Rows.PinnedBytes / Math.Max(1, _open.Rows.Length));
        mostRows = (int)Math.Clamp(spill.LimitBytes / BatchesOfLimit / bytesPerRow, 1, mostRows);
        int left = _open.Rows.Length - _openFrom;
        StreamBatch next = _open;
        if (_openFrom == 0 && left <= mostRows)
        {
            _open = null;
            return next;
        }

        int count = Math.Min(left, mostRows);
        next = _open.Slice(_openFrom, count, account);
        _openFrom += count;
        if (count == left)
        {
            _open.Release();
            _open = null;
            _openFrom = 0;
        }

        return next;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseBatches();
        _open?.Release();
        _open = null;
        foreach (Queue<SpilledBatches.Stored>? chunks in _parts)
        {
            while (chunks is { Count: > 0 })
            {
                _blocks.Drop(chunks.Dequeue());
            }
        }

        _blocks.Dispose();
    }

    private void Keep(StreamBatch batch)
    {
        _batches.Add(batch);
        _memory += batch.Rows.PinnedBytes + (batch.Kinds is null ? 0 : batch.Rows.Length);
    }

    /// <summary>Puts the rows in memory on disk by part.</summary>
    private void Spread()
    {
        if (_batches.Count == 0)
        {
            return;
        }

        StreamBatch all = Join();
        try
        {
            Spread(all);
        }
        finally
        {
            all.Release();
        }
    }

    private void Spread(StreamBatch all)
    {
        int length = all.Rows.Length;
        if (_order.Length < length)
        {
            _order = new int[length];
            _hashes = new ulong[length];
        }

        KeyHash.Hash(all.Rows, keys.Span, _hashes);
        Span<int> ends = stackalloc int[Parts];
        ends.Clear();
        for (int i = 0; i < length; i++)
        {
            ends[(int)((uint)_hashes[i] >> PartShift)]++;
        }

        int sum = 0;
        for (int part = 0; part < Parts; part++)
        {
            (ends[part], sum) = (sum, sum + ends[part]);
        }

        for (int i = 0; i < length; i++)
        {
            _order[ends[(int)((uint)_hashes[i] >> PartShift)]++] = i;
        }

        for (int part = 0, from = 0; part < Parts; from = ends[part++])
        {
            if (ends[part] > from)
            {
                (_parts[part] ??= new Queue<SpilledBatches.Stored>()).Enqueue(Write(all, _order.AsSpan(from, ends[part] - from)));
            }
        }
    }

    /// <summary>Makes one batch of those in memory, which are released.</summary>
    private StreamBatch Join()
    {
        var rows = new RecordBatch[_batches.Count];
        int length = 0;
        bool hasKinds = false;
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = _batches[i].Rows;
            length += rows[i].Length;
            hasKinds |= _batches[i].Kinds is not null;
        }

        NativeBuffer? kinds = hasKinds ? account.AllocateZeroed(length) : null;
        try
        {
            for (int i = 0, from = 0; i < rows.Length && hasKinds; from += rows[i++].Length)
            {
                if (_batches[i].Kinds is not null)
                {
                    new ReadOnlySpan<byte>(_batches[i].Kinds, rows[i].Length).CopyTo(kinds!.Span[from..]);
                }
            }

            var joined = new StreamBatch(ArrayConcat.Concat(rows, account), kinds);
            ReleaseBatches();
            return joined;
        }
        catch
        {
            kinds?.Release();
            throw;
        }
    }

    private SpilledBatches.Stored Write(StreamBatch all, ReadOnlySpan<int> order)
    {
        int kindCount = all.Kinds is null ? 0 : order.Length;
        if (_kinds.Length < kindCount)
        {
            _kinds = new byte[kindCount];
        }

        for (int i = 0; i < kindCount; i++)
        {
            _kinds[i] = (byte)all.Kinds[order[i]];
        }

        RecordBatch rows = TakeKernel.Take(all.Rows, order, account);
        try
        {
            return _blocks.Write(rows, _kinds.AsSpan(0, kindCount));
        }
        finally
        {
            rows.Release();
        }
    }

    private void ReleaseBatches()
    {
        foreach (StreamBatch batch in _batches)
        {
            batch.Release();
        }

        _batches.Clear();
        _memory = 0;
    }
}
