using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Runtime.Ledger;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Holds one source of a task: its reader and where its rows go.</summary>
internal sealed class SourceSlot(PhysicalNode node, SourceReader reader, NodeOutput output)
{
    private NodeOutput? _tail;

    public PhysicalNode Node => node;

    public SourceReader Reader => reader;

    public NodeOutput Output => output;

    public CounterSet Counters { get; init; } = new();

    /// <summary>Gets what counts the rows read, for the ledger.</summary>
    public SourceTally? Tally { get; init; }

    public bool IsEnded { get; private set; }

    /// <summary>Gets or sets whether it ends at its next poll.</summary>
    public bool IsDraining { get; set; }

    public long BusyNs { get; set; }

    /// <summary>Gets the watermark up to which this source was read: behind the nodes that only it feeds.</summary>
    public long ReadUpToMs => (_tail ??= FindTail()).WatermarkMs;

    /// <summary>Passes on that nothing follows.</summary>
    public void End()
    {
        IsEnded = true;
        output.EmitWatermark(Watermark.Max);
        output.EmitEnd();
    }

    private NodeOutput FindTail()
    {
        NodeOutput tail = output;
        while (tail.Nodes.Length == 1 && tail.Gates.Length == 0 && tail.Nodes[0].Node.Node.Inputs.Count == 1)
        {
            tail = tail.Nodes[0].Node.Output;
        }

        return tail;
    }
}
