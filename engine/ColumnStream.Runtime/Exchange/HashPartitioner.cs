using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Sends each row to the subtask that owns the key group of its keys.</summary>
/// <remarks>
/// <code>
/// hash of all rows -> channel of each selected row -> counting sort -> row lists, one a channel -> one Take a channel
/// </code>
/// Rows of one key keep their order. A list that holds all rows is sent without a copy.
/// </remarks>
internal sealed unsafe class HashPartitioner : Partitioner
{
    private readonly int[] _keys;
    private readonly int _keyGroups;
    private readonly ushort[] _channelOfGroup;
    private readonly int[] _starts;
    private readonly BufferAllocator _allocator;
    private ulong[] _hashes = [];
    private ushort[] _channelOfRow = [];
    private int[] _rows = [];

    public HashPartitioner(ValueList<int> keys, int channels, int keyGroups, BufferAllocator allocator)
    {
        _keys = [.. keys];
        _keyGroups = keyGroups;
        _allocator = allocator;
        _starts = new int[channels + 1];
        _channelOfGroup = new ushort[keyGroups];
        for (int group = 0; group < keyGroups; group++)
        {
            _channelOfGroup[group] = (ushort)KeyGroupRange.Owner(group, channels, keyGroups);
        }
    }

    public override void Send(StreamBatch batch, ReadOnlySpan<Channel> channels)
    {
        int count = batch.Count;
        try
        {
            Reserve(batch.Rows.Length);
            KeyHash.Hash(batch.Rows, _keys, _hashes.AsSpan(0, batch.Rows.Length));
            SortRows(batch, channels.Length);
            for (int i = 0; i < channels.Length; i++)
            {
                int rows = _starts[i + 1] - _starts[i];
                if (rows == count)
                {
                    StreamBatch whole = batch;
                    batch = null!;
                    SendWhole(whole, channels[i], _allocator);
                    return;
                }

                if (rows > 0)
                {
                    channels[i].Send(Take(batch, _rows.AsSpan(_starts[i], rows)));
                }
            }
        }
        finally
        {
            batch?.Release();
        }
    }

    private void Reserve(int rows)
    {
        if (_hashes.Length < rows)
        {
            _hashes = new ulong[rows];
            _channelOfRow = new ushort[rows];
            _rows = new int[rows];
        }
    }

    /// <summary>Lists the selected rows by channel, in order, with the lists' bounds in <see cref="_starts"/>.</summary>
    private void SortRows(StreamBatch batch, int channels)
    {
        Span<int> starts = _starts;
        starts.Clear();
        ulong[] hashes = _hashes;
        ushort[] channelOfRow = _channelOfRow;
        int count = batch.Count;
        ReadOnlySpan<int> selected = batch.Selection is null ? default : batch.Selection.Rows;
        for (int i = 0; i < count; i++)
        {
            int row = selected.IsEmpty ? i : selected[i];
            ushort channel = _channelOfGroup[KeyHash.KeyGroup(hashes[row], _keyGroups)];
            channelOfRow[i] = channel;
            starts[channel + 1]++;
        }

        for (int i = 1; i <= channels; i++)
        {
            starts[i] += starts[i - 1];
        }

        Span<int> next = stackalloc int[channels];
        starts[..channels].CopyTo(next);
        for (int i = 0; i < count; i++)
        {
            _rows[next[channelOfRow[i]]++] = selected.IsEmpty ? i : selected[i];
        }
    }

    private StreamBatch Take(StreamBatch batch, ReadOnlySpan<int> rows)
    {
        RecordBatch taken = TakeKernel.Take(batch.Rows, rows, _allocator);
        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = _allocator.Allocate(rows.Length);
            RowKind* source = batch.Kinds;
            for (int i = 0; i < rows.Length; i++)
            {
                kinds.Pointer[i] = (byte)source[rows[i]];
            }
        }

        var part = new StreamBatch(taken, kinds);
        part.ChargedBytes = batch.Rows.PinnedBytes * rows.Length / batch.Rows.Length;
        return part;
    }
}
