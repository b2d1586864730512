using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Runtime.Exchange;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Hands a node's output to its consumers: nodes of the same chain by direct call, gates to other tasks.</summary>
/// <remarks>One consumer gets the batch itself; of several, all but the last get a share.</remarks>
internal sealed class NodeOutput(BufferAllocator allocator) : Collector
{
    private ChainInput[] _nodes = [];
    private OutputGate[] _gates = [];
    private bool _idle;
    private long _rows;
    private long _batches;
    private long _watermarkMs = Watermark.Min;

    public long Rows => _rows;

    public long Batches => _batches;

    /// <summary>Gets the newest watermark that left.</summary>
    public long WatermarkMs => _watermarkMs;

    /// <summary>Gets whether the end has left.</summary>
    public bool IsEnded { get; private set; }

    public ReadOnlySpan<ChainInput> Nodes => _nodes;

    public ReadOnlySpan<OutputGate> Gates => _gates;

    public void Add(ChainInput consumer) => _nodes = [.. _nodes, consumer];

    public void Add(OutputGate gate) => _gates = [.. _gates, gate];

    public override void Emit(StreamBatch batch)
    {
        int rows = batch.Count;
        if (rows == 0)
        {
            batch.Release();
            return;
        }

        _rows += rows;
        _batches++;
        _idle = false;
        if (_nodes.Length == 1 && _gates.Length == 0)
        {
            _nodes[0].Node.Process(_nodes[0].Input, batch);
        }
        else if (_nodes.Length == 0 && _gates.Length == 1)
        {
            _gates[0].Emit(batch);
        }
        else
        {
            EmitToAll(batch);
        }
    }

    public override void EmitWatermark(long watermarkMs)
    {
        if (watermarkMs <= _watermarkMs)
        {
            return;
        }

        _watermarkMs = watermarkMs;
        _idle = false;
        foreach (OutputGate gate in _gates)
        {
            gate.Broadcast(new Watermark(watermarkMs));
        }

        foreach (ChainInput consumer in _nodes)
        {
            consumer.Node.Advance(consumer.Input, watermarkMs);
        }
    }

    public override void EmitIdle()
    {
        if (_idle)
        {
            return;
        }

        _idle = true;
        foreach (OutputGate gate in _gates)
        {
            gate.Broadcast(Idle.Instance);
        }

        foreach (ChainInput consumer in _nodes)
        {
            consumer.Node.SetIdle(consumer.Input);
        }
    }

    public void EmitEnd()
    {
        IsEnded = true;
        foreach (OutputGate gate in _gates)
        {
            gate.Broadcast(End.Instance);
        }

        foreach (ChainInput consumer in _nodes)
        {
            consumer.Node.End(consumer.Input);
        }
    }

    private void EmitToAll(StreamBatch batch)
    {
        int left = _nodes.Length + _gates.Length;
        bool owned = true;
        try
        {
            foreach (OutputGate gate in _gates)
            {
                StreamBatch part = Part(batch, --left, ref owned);
                gate.Emit(part);
            }

            foreach (ChainInput consumer in _nodes)
            {
                StreamBatch part = Part(batch, --left, ref owned);
                consumer.Node.Process(consumer.Input, part);
            }
        }
        finally
        {
            if (owned)
            {
                batch.Release();
            }
        }
    }

    private StreamBatch Part(StreamBatch batch, int left, ref bool owned)
    {
        if (left > 0)
        {
            return batch.Share(allocator);
        }

        owned = false;
        return batch;
    }
}
