using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Finds out what a plan would keep: its operators are opened over inputs whose columns are named by meaning, and asked.</summary>
internal sealed class PlanStates
{
    private readonly JobGraph _graph;
    private readonly PlanMeaning _meaning;
    private readonly List<PlannedOperator> _operators = [];
    private readonly string[][] _upstream;

    private PlanStates(JobGraph graph)
    {
        _graph = graph;
        _meaning = PlanMeaning.Of(graph.Plan);
        _upstream = new string[graph.Plan.Nodes.Count][];
    }

    /// <summary>Reads a plan.</summary>
    /// <param name="graph">The plan.</param>
    /// <param name="isBatch">Whether it runs in batch mode.</param>
    /// <param name="memory">Pays while it is read.</param>
    /// <param name="pages">Pages for state; none is taken.</param>
    /// <param name="time">A clock, which nobody asks.</param>
    public static IReadOnlyList<PlannedOperator> Of(
        JobGraph graph, bool isBatch, BufferAllocator memory, StatePool pages, TimeProvider time)
    {
        var context = new OperatorContext(
            memory, pages, new EvaluatorOptions(time, new Random(0)), default, Subtask: 0, Parallelism: 1, graph.KeyGroups, isBatch)
        {
            IsDescription = true,
        };
        var states = new PlanStates(graph);
        foreach (PhysicalNode node in graph.Plan.Nodes)
        {
            states.Add(node, context);
        }

        return states._operators;
    }

    private void Add(PhysicalNode node, OperatorContext context)
    {
        var upstream = new List<string>();
        bool updates = false;
        foreach (int input in node.Inputs)
        {
            updates |= _meaning.Updates(input);
            upstream.AddRange(_upstream[input]);
        }

        List<StateRecord> states = node is SourceNode or SinkNode or ValuesNode ? [] : Ask(node, context);
        _upstream[node.Id] = node is SourceNode or ValuesNode ? []
            : states.Count > 0 && node is not WatermarkNode ? [node.Uid] : [.. upstream];
        if (states.Count == 0 && node is not (SourceNode or SinkNode or ValuesNode))
        {
            return;
        }

        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        OperatorMeaning meaning = _meaning.Of(node);
        foreach (TableOption fact in meaning.Facts)
        {
            facts[fact.Key] = fact.Value;
        }

        TableSpec? table = (node as SourceNode)?.Table ?? (node as SinkNode)?.Table;
        foreach (TableOption option in table?.Options ?? default)
        {
            facts["option " + option.Key] = OptionTable.Shown(option.Key, option.Value);
        }

        _operators.Add(new PlannedOperator(new OperatorRecord(node.Uid, meaning.Kind, facts, states), upstream, updates));
    }

    private List<StateRecord> Ask(PhysicalNode node, OperatorContext context)
    {
        var states = new List<StateRecord>();
        if (node is LateRowsNode || OperatorFactory.Create(node) is not { } found)
        {
            return states;
        }

        using Operator described = found;
        var inputs = new Schema[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Named(_graph.Plan.Nodes[node.Inputs[i]].OutputSchema(), _meaning.Columns(node.Inputs[i]));
        }

        described.Open(context with { Inputs = ValueList.Create<Schema>(inputs) });
        foreach (OperatorState state in described.States)
        {
            var columns = new List<ColumnRecord>();
            foreach (StateColumn column in state.Columns)
            {
                columns.Add(new ColumnRecord(column.Meaning, $"{column.Type}", $"{column.Role}"));
            }

            states.Add(new StateRecord(state.Name, state.IsOptional, columns));
        }

        return states;
    }

    private static Schema Named(Schema schema, IReadOnlyList<string> names)
    {
        var fields = new Field[schema.Fields.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = schema.Fields[i] with { Name = names[i] };
        }

        return new Schema(fields);
    }
}
