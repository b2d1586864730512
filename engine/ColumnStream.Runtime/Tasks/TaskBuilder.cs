using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Checks;
using ColumnStream.Runtime.Exchange;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Ledger;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Makes the tasks of a job graph: chains inside fragments, channels between them.</summary>
internal sealed class TaskBuilder(JobExecution job)
{
    private readonly Dictionary<(int Fragment, int Subtask), StreamTask> _tasks = [];
    private readonly Dictionary<(FragmentEdge Edge, int Subtask), ExchangeEntry> _entries = [];
    private readonly Dictionary<(StreamTask Task, int Node), NodeOutput> _outputs = [];

    private readonly long _startMillis = job.Executor.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private JobGraph Graph => job.Graph;

    private JobOptions Options => job.Options;

    public void Build()
    {
        foreach (Fragment fragment in Graph.Fragments)
        {
            for (int i = 0; i < fragment.Parallelism; i++)
            {
                AddTask(fragment, i);
            }
        }

        foreach (Fragment fragment in Graph.Fragments)
        {
            for (int i = 0; i < fragment.Parallelism; i++)
            {
                Fill(fragment, _tasks[(fragment.Id, i)]);
            }
        }
    }

    private static int ChannelCount(ExchangeNode exchange, Fragment from) =>
        exchange.Partitioning == Partitioning.Forward ? 1 : from.Parallelism;

    private ExchangeNode ExchangeOf(FragmentEdge edge) => (ExchangeNode)Graph.Plan.Nodes[edge.Exchange];

    private void AddTask(Fragment fragment, int subtask)
    {
        string name = $"{Options.JobId}/f{fragment.Id}-{subtask}";
        var task = new StreamTask(name, job.Executor, job.Share, job, fragment.Id, subtask, fragment.Parallelism)
        {
            AlignsBarriers = Options.Checkpointing.IsExactlyOnce,
            TakesChanges = Options.Checkpointing.IsIncremental,
            Tally = job.HasLedger ? new TaskTally() : null,
            Spill = job.MakeSpill(name),
        };
        int channels = 0;
        foreach (FragmentEdge edge in Graph.Edges)
        {
            if (edge.To == fragment.Id)
            {
                channels += ChannelCount(ExchangeOf(edge), Graph.Fragments[edge.From]);
            }
        }

        task.Gate = new InputGate(task, channels, Options.ChannelCreditBytes);
        var entryOfChannel = new ExchangeEntry[channels];
        int first = 0;
        foreach (FragmentEdge edge in Graph.Edges)
        {
            if (edge.To != fragment.Id)
            {
                continue;
            }

            int count = ChannelCount(ExchangeOf(edge), Graph.Fragments[edge.From]);
            NodeOutput output = Output(task, edge.Exchange);
            var entry = new ExchangeEntry(output, first, count);
            _entries[(edge, subtask)] = entry;
            task.Entries.Add(output);
            Array.Fill(entryOfChannel, entry, first, count);
            first += count;
        }

        var sources = new SourceSet(
            job.Executor, job.Memory,
            Options.RandomCutsSeed is { } seed ? new Random(Mix(seed, task.Name)) : null);
        TaskCheckpoints checkpoints = job.MakeCheckpoints(task);
        task.SetUp(sources, entryOfChannel, checkpoints, () => StartUp(task, checkpoints));
        _tasks.Add((fragment.Id, subtask), task);
        job.Add(task);
    }

    private void Fill(Fragment fragment, StreamTask task)
    {
        foreach (int id in fragment.Nodes)
        {
            PhysicalNode node = Graph.Plan.Nodes[id];
            NodeOutput output = Output(task, id);
            switch (node)
            {
                case SourceNode or ValuesNode:
                    AddSource(task, node, output);
                    break;
                case SinkNode sink:
                    AddSink(task, sink, output);
                    break;
                default:
                    AddOperator(task, node, output);
                    break;
            }
        }

        foreach (FragmentEdge edge in Graph.Edges)
        {
            if (edge.From == fragment.Id)
            {
                Connect(task, edge);
            }
        }
    }

    private void AddSource(StreamTask task, PhysicalNode node, NodeOutput output)
    {
        var counters = new CounterSet();
        SourceContext context = new(
            (node as SourceNode)?.Table ?? new TableSpec("values", "values", node.Output, [], [], [], ""),
            (node as SourceNode)?.Projection ?? [], job.Memory, job.Executor.Time,
            new Random(Mix(Options.Seed, node.Uid) + task.Subtask), task.Subtask, task.Parallelism, Options.MaxRows,
            Options.IsBatch)
        {
            Wake = task.Notify,
            WakeAfter = delay => job.Executor.WakeAt(task, job.Executor.Now + (long)delay.TotalNanoseconds),
            Count = counters.Add,
            Warn = Options.Warn,
            Cancellation = job.Cancellation,
            OpenBucket = Options.OpenBucket,
        };
        SourceReader reader = node is SourceNode source
            ? Find(source.Table).CreateReader(context)
            : new ValuesReader((ValuesNode)node, context, Evaluation(task, node));
        SourceTally? tally =
            task.Tally is null ? null : new SourceTally(node.Uid, context.Table.Name, reader, node.OutputSchema());
        if (tally is not null)
        {
            task.Tally!.Add(tally);
        }

        task.Sources.Add(new SourceSlot(node, reader, output) { Counters = counters, Tally = tally });
        task.Entries.Add(output);
    }

    private void AddSink(StreamTask task, SinkNode node, NodeOutput output)
    {
        var counters = new CounterSet();
        RowTally? tally = task.Tally is null
            ? null
            : new RowTally(RowHash.CanHash(Graph.Plan.Nodes[node.Inputs[0]].OutputSchema()));
        SinkContext context = new(
            node.Table, Graph.Plan.Nodes[node.Inputs[0]].Changelog, job.Memory, job.Executor.Time, job.SinkJobId,
            node.Uid, task.Subtask, task.Parallelism, Options.IsBatch)
        {
            Count = counters.Add,
            Tally = tally,
            Warn = Options.Warn,
            Wake = task.Notify,
            Lineage = job.SinkLineage,
            Generation = job.Generation.Number,
            RunNonce = job.Generation.Nonce,
            Staging = Options.Checkpoints,
            RestoredFrom = job.RestoredFrom,
            OpenBucket = Options.OpenBucket,
        };
        Connector connector = Find(node.Table);
        SinkInstance sink = connector.CreateSink(context);
        if (task.Subtask == 0 && Options.Checkpoints is not null && connector.Guarantee(node.Table) == SinkGuarantee.AtLeastOnce
            && connector.Delivery(node.Table) is { IsSeen: true } delivery)
        {
            Options.Warn($"Sink {node.Table.Name} may repeat rows after a failure ({delivery}).");
        }

        task.Commits |= sink.TwoPhase is not null;
        Join(task, new ChainNode(task.Chain, node, null, sink, output, counters) { Tally = tally });
    }

    private void AddOperator(StreamTask task, PhysicalNode node, NodeOutput output)
    {
        Operator @operator = OperatorFactory.Create(node)
            ?? throw new InvariantException(9001, $"Node has no operator: {node.Describe()}.");
        if (Options.Checks)
        {
            @operator = new CheckedOperator(@operator, node);
        }

        Join(task, new ChainNode(task.Chain, node, @operator, null, output, new CounterSet()));
    }

    private void Join(StreamTask task, ChainNode node)
    {
        task.Chain.Add(node);
        for (int i = 0; i < node.Node.Inputs.Count; i++)
        {
            Output(task, node.Node.Inputs[i]).Add(new ChainInput(node, i));
        }
    }

    private void Connect(StreamTask task, FragmentEdge edge)
    {
        ExchangeNode exchange = ExchangeOf(edge);
        Fragment to = Graph.Fragments[edge.To];
        Channel[] channels;
        if (exchange.Partitioning == Partitioning.Forward)
        {
            if (to.Parallelism != task.Parallelism)
            {
                throw new InvariantException(
                    9001, $"Forward exchange changes parallelism: {task.Parallelism}, {to.Parallelism}.");
            }

            channels = [_tasks[(to.Id, task.Subtask)].Gate[_entries[(edge, task.Subtask)].FirstChannel]];
        }
        else
        {
            channels = new Channel[to.Parallelism];
            for (int i = 0; i < channels.Length; i++)
            {
                channels[i] = _tasks[(to.Id, i)].Gate[_entries[(edge, i)].FirstChannel + task.Subtask];
            }
        }

        for (int i = 0; i < channels.Length; i++)
        {
            if (Options.Exchange is not null)
            {
                channels[i] = job.Lead(
                    channels[i], edge, task.Subtask, exchange.Partitioning == Partitioning.Forward ? task.Subtask : i);
            }

            channels[i].Attach(task);
        }

        Partitioner partitioner = Partitioner.Create(exchange, channels.Length, Graph.KeyGroups, job.Memory);
        var gate = new OutputGate(channels, partitioner);
        task.Outputs.Add(gate);
        Output(task, exchange.Inputs[0]).Add(gate);
    }

    /// <summary>Opens and restores a task; runs in the task's first turn.</summary>
    private void StartUp(StreamTask task, TaskCheckpoints checkpoints)
    {
        RestorePoint? from = job.RestorePoint;
        ReadHelpers? helpers = from is null ? null : job.MakeHelpers(task);
        KeyGroupRange keyGroups = KeyGroupRange.Of(task.Subtask, task.Parallelism, Graph.KeyGroups);
        foreach (ChainNode node in task.Chain.Nodes)
        {
            string uid = node.Node.Uid;
            if (node.Operator is not null)
            {
                // In streaming mode keyed operators answer as rows come; only batch mode answers at the end.
                bool isAnswered = Options.IsBatch && from?.WasPartlyFinished(uid, task.Parallelism) == true;
                node.Open(Context(task, node));
                foreach (OperatorState state in node.Operator.States)
                {
                    checkpoints.Add(uid, state);
                    from?.Restore(uid, state, keyGroups, task.Parallelism, job.Memory, isAnswered, helpers);
                }
            }

            bool isKnown = node.Operator?.States.Count > 0 || node.Sink?.TwoPhase is not null;
            node.IsFinished = from?.WasFinished(uid, task.Subtask, task.Parallelism, isKnown) == true;
            if (from is not null && node.Sink?.TwoPhase is { } sink)
            {
                IReadOnlyList<string> committables = from.Committables(uid, task.Subtask, task.Parallelism);
                if (committables.Count > 0)
                {
                    sink.Commit(from.Manifest.Epoch, committables);
                    job.FailPoints.Hit(FailPoint.MidRestoreCommit);
                }
            }
        }

        foreach (SourceSlot source in task.Sources.Sources)
        {
            if (from?.Splits(source.Node.Uid) is { } splits)
            {
                source.Reader.Restore(splits);
            }
        }

        task.Tally?.Opened(isRestored: from is not null);
    }

    private OperatorContext Context(StreamTask task, ChainNode node)
    {
        var inputs = new Schema[node.Node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Graph.Plan.Nodes[node.Node.Inputs[i]].OutputSchema();
        }

        if (node.Node is LateRowsNode late)
        {
            inputs = [.. inputs, late.RowSchema()];
        }

        return new OperatorContext(
            job.Memory, task.Spill is null ? job.Pages : job.Pages.ForTask(task.Spill),
            Evaluation(task, node.Node) with { WatermarkMillis = () => node.InputWatermarkMs },
            ValueList.Create<Schema>(inputs), task.Subtask, task.Parallelism, Graph.KeyGroups, Options.IsBatch)
        {
            Count = node.Counters.Add,
            Trim = () => task.Chain.Trim(callers: 1),
            Late = Late(task, node),
            ClockMs = () => job.Executor.Now / 1_000_000,
            WakeAtMs = at =>
            {
                task.Chain.SetTimer(node, at);
                job.Executor.WakeAt(task, at * 1_000_000);
            },
            Post = task.Post,
            Connectors = job.Connectors,
            Worker = job.Background,
            Warn = Options.Warn,
            Cancellation = job.Cancellation,
            OpenBucket = Options.OpenBucket,
        };
    }

    /// <summary>Returns what takes a node's late rows to the side table behind it.</summary>
    private static Action<RecordBatch>? Late(StreamTask task, ChainNode node)
    {
        foreach (ChainNode consumer in task.Chain.Nodes)
        {
            if (consumer.Node is LateRowsNode late && late.Inputs[0] == node.Node.Id)
            {
                return consumer.ProcessSide;
            }
        }

        return null;
    }

    private EvaluatorOptions Evaluation(StreamTask task, PhysicalNode node) => new(
        job.Executor.Time, new Random(Mix(Options.Seed, node.Uid) + task.Subtask), Options.LocalTimeZone)
    {
        QueryMillis = Options.IsBatch ? _startMillis : null,
    };

    private Connector Find(TableSpec table) => job.Connectors.Find(table.Connector)
        ?? throw new UserException(3103, $"Connector is not known: {table.Connector}.");

    private NodeOutput Output(StreamTask task, int node)
    {
        if (!_outputs.TryGetValue((task, node), out NodeOutput? output))
        {
            _outputs[(task, node)] = output = new NodeOutput(job.Memory);
        }

        return output;
    }

    /// <summary>Derives a seed from a name: the same in every process.</summary>
    private static int Mix(int seed, string name)
    {
        uint hash = 2166136261u ^ (uint)seed;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return (int)(hash & 0x3FFFFFFF);
    }
}
