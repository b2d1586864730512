using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Settings;

namespace ColumnStream.Planner;

/// <summary>Prints every stage of a job's plan: what EXPLAIN shows and what plan tests compare.</summary>
internal static class PlanPrinter
{
    /// <summary>Prints a job: optimised logical plan, physical plan, fragments, sinks, options.</summary>
    /// <param name="job">The job.</param>
    /// <param name="connectors">Tell about tables.</param>
    /// <param name="settings">The options in effect.</param>
    /// <param name="withKinds">Whether the row kinds of every edge are shown.</param>
    public static string Print(BuiltJob job, ConnectorRegistry connectors, SessionSettings settings, bool withKinds = false)
    {
        var text = new StringBuilder("== Logical plan ==\n");
        foreach (SinkPlan sink in job.Logical)
        {
            text.Append(LogicalPrinter.Print(sink));
        }

        text.Append("\n== Physical plan ==\n");
        foreach (PhysicalNode node in job.Graph.Plan.Nodes)
        {
            AppendNode(text, node, withKinds ? Kinds(node, job.Facts) : null);
        }

        AppendStates(text, job, all: withKinds);
        text.Append("\n== Fragments ==\n");
        foreach (Fragment fragment in job.Graph.Fragments)
        {
            text.Append(CultureInfo.InvariantCulture, $"{fragment.Id}: parallelism {fragment.Parallelism}, nodes ")
                .AppendJoin(", ", fragment.Nodes).Append('\n');
        }

        foreach (FragmentEdge edge in job.Graph.Edges)
        {
            text.Append(CultureInfo.InvariantCulture, $"{edge.From} -> {edge.To} by node {edge.Exchange}\n");
        }

        AppendTables(text, job, connectors, settings.Is(CheckpointKeys.Mode, "AT_LEAST_ONCE"));
        text.Append("\n== Options ==\n");
        foreach (SessionOption option in settings.All().Where(IsShown))
        {
            string value = OptionTable.Shown(option.Key, option.Value);
            text.Append(CultureInfo.InvariantCulture, $"{option.Key} = {value} ({Origin(option.Origin)})\n");
        }

        return text.ToString();
    }

    /// <summary>Prints what might go wrong with a job, or grow for ever: EXPLAIN PLAN_ADVICE.</summary>
    public static string Advice(BuiltJob job)
    {
        var text = new StringBuilder("\n== Advice ==\n");
        int length = text.Length;
        if (!job.IsBatch)
        {
            IReadOnlyList<PhysicalNode> nodes = job.Graph.Plan.Nodes;
            foreach ((PhysicalNode node, string column, string function, string consumer) in
                new Determinism(nodes, job.Facts).Find())
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{node.Id}: {column} comes from {function}, and \"{consumer}\" needs the old value of a row that changes\n");
            }

            foreach (PhysicalNode node in nodes.Where(n => GrowthPrediction.Of(n, job.Facts) == StateGrowth.Unbounded))
            {
                text.Append(
                    CultureInfo.InvariantCulture, $"{node.Id}: state grows with every row; table.exec.state.ttl bounds it\n");
            }
        }

        return text.Append(text.Length == length ? "none\n" : string.Empty).ToString();
    }

    private static bool IsShown(SessionOption option) =>
        option.Origin != OptionOrigin.Default || option.Key is "execution.runtime-mode" or "parallelism.default";

    private static string Origin(OptionOrigin origin) => origin switch
    {
        OptionOrigin.Default => "default",
        OptionOrigin.File => "file",
        OptionOrigin.CommandLine => "-D",
        OptionOrigin.Set => "SET",
        OptionOrigin.With => "WITH",
        _ => "hint",
    };

    private static void AppendNode(StringBuilder text, PhysicalNode node, string? kinds)
    {
        text.Append(CultureInfo.InvariantCulture, $"{node.Id}: {node.Describe()}");
        if (node.Inputs.Count > 0)
        {
            text.Append(" <- ").AppendJoin(", ", node.Inputs);
        }

        text.Append(CultureInfo.InvariantCulture, $"\n   {node.Uid}, {Mode(node.Changelog)}");
        if (node.UpsertKey.Count > 0)
        {
            text.Append(", key (").AppendJoin(", ", node.UpsertKey.Select(k => node.Output[k].Name)).Append(')');
        }

        text.Append(kinds is null ? string.Empty : $", kinds {kinds}");
        text.Append(CultureInfo.InvariantCulture, $"\n   [{string.Join(", ", node.Output.Select(Field))}]\n");
        IEnumerable<string> states = node switch
        {
            GroupAggregateNode aggregate => aggregate.Aggregates.Select(a => $"{a} = {a.StateId}"),
            WindowAggregateNode aggregate => aggregate.Aggregates.Select(a => $"{a} = {a.StateId}"),
            _ => [],
        };
        foreach (string state in states)
        {
            text.Append(CultureInfo.InvariantCulture, $"   state {state}\n");
        }
    }

    /// <summary>Names the row kinds that may leave a node: I, UB, UA, D.</summary>
    private static string Kinds(PhysicalNode node, ChangelogFacts facts) => node.Changelog switch
    {
        ChangelogMode.InsertOnly => "[I]",
        ChangelogMode.Upsert => facts.Deletes(node.Id) ? "[I,UA,D]" : "[I,UA]",
        _ => facts.Deletes(node.Id) ? "[I,UB,UA,D]" : "[I,UB,UA]",
    };

    /// <summary>Says what bounds the state of nodes; by default only where the input does not end.</summary>
    private static void AppendStates(StringBuilder text, BuiltJob job, bool all)
    {
        var states = new List<string>();
        foreach (PhysicalNode node in job.Graph.Plan.Nodes)
        {
            StateGrowth growth = job.IsBatch ? StateGrowth.None : GrowthPrediction.Of(node, job.Facts);
            if (growth > (all ? StateGrowth.None : StateGrowth.Input))
            {
                states.Add(string.Create(CultureInfo.InvariantCulture, $"{node.Id}: {GrowthPrediction.Text(growth)}\n"));
            }
        }

        if (states.Count > 0)
        {
            text.Append("\n== State ==\n").AppendJoin(string.Empty, states);
        }
    }

    private static string Field(SqlField field) => $"{field.Name} {field.Type}";

    private static string Mode(ChangelogMode mode) => mode switch
    {
        ChangelogMode.InsertOnly => "inserts",
        ChangelogMode.Upsert => "upserts",
        _ => "retractions",
    };

    /// <param name="text">Takes the text.</param>
    /// <param name="job">The job.</param>
    /// <param name="connectors">Tell about tables.</param>
    /// <param name="mayRepeat">Whether checkpoints let state count rows twice, so that no sink can promise more.</param>
    private static void AppendTables(StringBuilder text, BuiltJob job, ConnectorRegistry connectors, bool mayRepeat)
    {
        text.Append("\n== Tables ==\n");
        foreach (PhysicalNode node in job.Graph.Plan.Nodes)
        {
            if (node is SourceNode source)
            {
                bool isBounded = connectors.Find(source.Table.Connector)?.IsBounded(source.Table) ?? false;
                text.Append(CultureInfo.InvariantCulture, $"source {source.Table.Name}: {(isBounded ? "bounded" : "unbounded")}\n");
                CatalogTable? declared = DeclaredBy(job, source.Uid);
                AppendOptions(text, source.Table, declared?.Options ?? source.Table.Options);
            }
            else if (node is LookupJoinNode lookup)
            {
                text.Append(CultureInfo.InvariantCulture, $"lookup {lookup.Table.Name}\n");
                AppendOptions(text, lookup.Table, DeclaredAs(job, lookup.Table)?.Options ?? lookup.Table.Options);
            }
            else if (node is SinkNode sink)
            {
                string guarantee = (connectors.Find(sink.Table.Connector)?.Guarantee(sink.Table)).ToString() switch
                {
                    _ when mayRepeat => $"at least once by {CheckpointKeys.Mode}",
                    "ExactlyOnce" => "exactly once",
                    "Idempotent" => "idempotent",
                    "AtLeastOnce" => "at least once",
                    _ => "unknown",
                };
                object? says = connectors.Find(sink.Table.Connector)?.Delivery(sink.Table);
                string delivery = says is null ? string.Empty : $" ({says})";
                text.Append(CultureInfo.InvariantCulture, $"sink {sink.Table.Name}: {guarantee}{delivery}\n");
                AppendOptions(text, sink.Table, sink.Table.Options);
            }
        }
    }

    private static CatalogTable? DeclaredBy(BuiltJob job, string uid) => Declared(job, read => read.Uid == uid);

    private static CatalogTable? DeclaredAs(BuiltJob job, TableSpec table) => Declared(job, read => read.Spec == table);

    private static CatalogTable? Declared(BuiltJob job, System.Func<TableReadPlan, bool> isIt)
    {
        var open = new Stack<LogicalPlan>(job.Logical);
        while (open.TryPop(out LogicalPlan? plan))
        {
            if (plan is TableReadPlan read && isIt(read))
            {
                return read.Table;
            }

            foreach (LogicalPlan input in plan.Inputs)
            {
                open.Push(input);
            }
        }

        return null;
    }

    private static void AppendOptions(StringBuilder text, TableSpec spec, ValueList<TableOption> declared)
    {
        foreach (TableOption option in spec.Options)
        {
            string value = OptionTable.Shown(option.Key, option.Value);
            string origin = declared.Contains(option) ? "WITH" : "hint";
            text.Append(CultureInfo.InvariantCulture, $"   {option.Key} = {value} ({origin})\n");
        }
    }
}
