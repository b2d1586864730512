using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Polls the sources of one task: the one that was read least far in event time first.</summary>
internal sealed unsafe class SourceSet(Executor executor, BufferAllocator allocator, Random? cuts)
{
    private readonly List<SourceSlot> _sources = [];
    private readonly List<SourceSlot> _order = [];
    private int _turn;

    public IReadOnlyList<SourceSlot> Sources => _sources;

    public bool AllEnded { get; private set; } = true;

    public void Add(SourceSlot source)
    {
        _sources.Add(source);
        AllEnded = false;
    }

    /// <summary>Lets the sources of which <paramref name="ends"/> holds end at their next poll, wherever they are.</summary>
    public void Drain(Func<SourceSlot, bool> ends)
    {
        foreach (SourceSlot source in _sources)
        {
            source.IsDraining |= ends(source);
        }
    }

    /// <summary>Ends the sources that have no split, before rows flow.</summary>
    public void EndEmpty()
    {
        foreach (SourceSlot source in _sources)
        {
            if (!source.Reader.HasSplits)
            {
                source.End();
            }
        }

        AllEnded = _sources.TrueForAll(static s => s.IsEnded);
    }

    /// <summary>Reads one batch into the chain; false if no source has anything now.</summary>
    public bool Poll(OperatorChain chain)
    {
        if (_sources.Count == 1)
        {
            return !_sources[0].IsEnded && Poll(_sources[0], chain);
        }

        Order();
        foreach (SourceSlot source in _order)
        {
            if (Poll(source, chain))
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (SourceSlot source in _sources)
        {
            source.Reader.Dispose();
        }
    }

    private bool Poll(SourceSlot source, OperatorChain chain)
    {
        chain.BeginElement();
        long t0 = chain.Sampling ? executor.Now : 0;
        StreamBatch? batch = null;
        SourcePoll found = source.IsDraining ? SourcePoll.End : source.Reader.Poll(out batch);
        if (chain.Sampling)
        {
            source.BusyNs += (executor.Now - t0) * OperatorChain.SampleEvery;
        }

        switch (found)
        {
            case SourcePoll.Batch:
                source.Tally?.Add(batch!);
                if (cuts is null)
                {
                    source.Output.Emit(batch!);
                }
                else
                {
                    EmitCut(source.Output, batch!, cuts);
                }

                return true;
            case SourcePoll.End:
                source.End();
                AllEnded = _sources.TrueForAll(static s => s.IsEnded);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Sorts open sources by watermark; equals take turns.</summary>
    private void Order()
    {
        _order.Clear();
        _turn++;
        for (int i = 0; i < _sources.Count; i++)
        {
            SourceSlot source = _sources[(i + _turn) % _sources.Count];
            if (source.IsEnded)
            {
                continue;
            }

            int at = _order.Count;
            while (at > 0 && _order[at - 1].ReadUpToMs > source.ReadUpToMs)
            {
                at--;
            }

            _order.Insert(at, source);
        }
    }

    /// <summary>Emits the batch in random parts, all in this turn: the reader's position is behind the whole batch.</summary>
    private void EmitCut(NodeOutput output, StreamBatch batch, Random random)
    {
        batch = batch.Compact(allocator);
        int start = 0;
        try
        {
            while (start < batch.Rows.Length)
            {
                int left = batch.Rows.Length - start;
                int length = random.Next(3) switch
                {
                    0 => Math.Min(left, random.Next(1, 8)),
                    1 => random.Next(1, left + 1),
                    _ => left,
                };
                output.Emit(Slice(batch, start, length));
                start += length;
            }
        }
        finally
        {
            batch.Release();
        }
    }

    private StreamBatch Slice(StreamBatch batch, int start, int length)
    {
        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = allocator.Allocate(length);
            new ReadOnlySpan<byte>(batch.Kinds + start, length).CopyTo(kinds.Span);
        }

        return new StreamBatch(batch.Rows.Slice(start, length, allocator), kinds);
    }
}
