using System;
using System.Collections.Generic;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Adds up what the subtasks of each node did.</summary>
internal static class MetricsCollector
{
    public static List<NodeMetrics> Collect(JobGraph graph, IReadOnlyList<StreamTask> tasks)
    {
        var nodes = new List<NodeMetrics>();
        foreach (PhysicalNode node in graph.Plan.Nodes)
        {
            if (node is not ExchangeNode)
            {
                nodes.Add(Collect(node, tasks));
            }
        }

        return nodes;
    }

    private static NodeMetrics Collect(PhysicalNode node, IReadOnlyList<StreamTask> tasks)
    {
        long rowsIn = 0;
        long batchesIn = 0;
        long rowsOut = 0;
        long batchesOut = 0;
        long busy = 0;
        long stateRows = 0;
        long stateBytes = 0;
        long stateSpilledBytes = 0;
        long held = 0;
        int members = 0;
        long watermark = long.MaxValue;
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (StreamTask task in tasks)
        {
            foreach (ChainNode member in task.Chain.Nodes)
            {
                if (member.Node.Id == node.Id)
                {
                    held += task.HeldNs;
                    members++;
                    rowsIn += member.RowsIn;
                    batchesIn += member.BatchesIn;
                    busy += member.BusyNs;
                    stateRows += member.StateRows;
                    stateBytes += member.StateBytes;
                    stateSpilledBytes += member.StateSpilledBytes;
                    Add(member.Output, member.Counters);
                }
            }

            foreach (SourceSlot source in task.Sources.Sources)
            {
                if (source.Node.Id == node.Id)
                {
                    held += task.HeldNs;
                    members++;
                    busy += source.BusyNs;
                    Add(source.Output, source.Counters);
                }
            }
        }

        return new NodeMetrics(
            node.Id, node.Uid, node.Describe(), rowsIn, rowsOut, batchesIn, batchesOut, busy,
            members == 0 ? long.MinValue : watermark, counters)
        {
            StateRows = stateRows, StateBytes = stateBytes, StateSpilledBytes = stateSpilledBytes,
            HeldNs = held, Tasks = members,
        };

        void Add(NodeOutput output, CounterSet set)
        {
            rowsOut += output.Rows;
            batchesOut += output.Batches;
            watermark = Math.Min(watermark, output.WatermarkMs);
            set.AddTo(counters);
        }
    }
}
