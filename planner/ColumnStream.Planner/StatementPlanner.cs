using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Plans statements one after the other and gathers consecutive INSERTs into one job.</summary>
internal sealed class StatementPlanner(BindingContext context)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;
    private readonly List<BoundSink> _inserts = [];
    private bool _hasBrokenInsert;

    /// <summary>Gets what was planned so far.</summary>
    public List<PlannedStatement> Planned { get; } = [];

    /// <summary>Plans one statement.</summary>
    public void Add(Statement statement)
    {
        switch (statement)
        {
            case InsertStatement insert:
                Collect(insert, _inserts);
                break;
            case StatementSet set:
                Flush();
                foreach (InsertStatement insert in set.Inserts)
                {
                    Collect(insert, _inserts);
                }

                Flush();
                break;
            case QueryStatement query:
                Flush();
                AddQuery(query, query);
                break;
            case ShowStatement { Kind: ShowKind.Jobs } or DescribeJobStatement when JobListing.IsThere(context.Catalog):
                Flush();
                AddQuery((QueryStatement)JobListing.Of(statement), statement);
                break;
            case ShowIntegrityStatement integrity:
                Flush();
                Planned.Add(new PlannedIntegrity(
                    statement.Span, "SHOW INTEGRITY", integrity.JobId.Value, context.Settings.All()));
                break;
            case ExplainStatement explain:
                Flush();
                AddExplain(explain);
                break;
            case ExplainJobStatement job:
                Flush();
                Planned.Add(new PlannedJobAnalysis(statement.Span, job.JobId.Value));
                break;
            case StopJobStatement stop:
                Flush();
                Planned.Add(new PlannedStop(
                    stop.Span, $"STOP JOB {stop.JobId.Value}", stop.JobId.Value, stop.WithSavepoint, stop.WithDrain,
                    context.Settings.Find(OptionTable.SavepointFolder) is { Origin: not OptionOrigin.Default } folder
                        ? folder.Value : null));
                break;
            case ExplainUpgradeStatement upgrade:
                Flush();
                Planned.Add(new PlannedUpgrade(statement.Span, upgrade.From.Value, upgrade.To.Value));
                break;
            case SetStatement set:
                Flush();
                AddSet(set);
                break;
            case ResetStatement reset:
                Flush();
                context.Settings.Reset(reset.Key is null ? null : OptionTable.Canonical(reset.Key.Value));
                Planned.Add(new PlannedSetting(statement.Span, "RESET", reset.Key?.Value, null));
                break;
            case CreateTableStatement { AsQuery: not null } create:
                AddCreateAs(create);
                break;
            case CreateTableStatement or CreateViewStatement or DropStatement { Kind: ObjectKind.Table or ObjectKind.View }:
                new DefinitionPlanner(context, Planned).Add(statement);
                break;
            case AlterStatement { Kind: ObjectKind.Table or ObjectKind.View } alter:
                new AlterPlanner(context, Planned).Add(alter);
                break;
            case Statement when new CatalogPlanner(context, Planned).TryAdd(statement):
                break;
            default:
                new ListingPlanner(context, Planned).Add(statement);
                break;
        }
    }

    /// <summary>Plans the INSERTs gathered so far as one job.</summary>
    public void Flush()
    {
        if (_inserts.Count > 0 && !_hasBrokenInsert && Build(_inserts) is { } job)
        {
            string summary = "INSERT INTO " + string.Join(", ", _inserts.Select(i => ShortName(i.Plan.Table)).Distinct());
            SourceSpan span = SourceSpan.Cover(_inserts[0].Span, _inserts[^1].Span);
            Planned.Add(new PlannedJob(
                span, summary, job.Graph, null, context.Settings.All(), job.IsBatch, job.IsBounded)
            {
                Explanation = ExplanationOf(job),
                StateBounds = GrowthPrediction.Of(job),
                Places = job.Places,
            });
        }

        _inserts.Clear();
        _hasBrokenInsert = false;
    }

    private string ExplanationOf(BuiltJob job) =>
        context.Explains ? PlanPrinter.Print(job, context.Connectors, context.Settings) : string.Empty;

    private static string ShortName(TableSpec table) => table.Name[(table.Name.LastIndexOf('.') + 1)..];

    private BuiltJob? Build(IReadOnlyList<BoundSink> sinks) =>
        RefusesTwice(sinks) || context.Parameters is { IsInferring: true } ? null
        : new JobBuilder(context.Connectors, context.Settings, _diagnostics, context.WithoutRules)
        {
            LateRows = new LateTableBinder(context).Bind(sinks[0].Span),
        }.Build(sinks);

    /// <summary>Reports a table that one statement of a job replaces while another one writes it.</summary>
    private bool RefusesTwice(IReadOnlyList<BoundSink> sinks)
    {
        BoundSink? twice = sinks.FirstOrDefault(
            sink => sink.Plan.Table.IsOverwritten && sinks.Count(other => other.Plan.Table.Name == sink.Plan.Table.Name) > 1);
        if (twice is not null)
        {
            _diagnostics.Report(
                PlannerErrors.NotSupported, twice.Span, "Write it by one statement, with UNION ALL.",
                $"INSERT OVERWRITE of '{ShortName(twice.Plan.Table)}' beside another INSERT of the same job");
        }

        return twice is not null;
    }

    private void Collect(InsertStatement insert, List<BoundSink> into)
    {
        if (new InsertBinder(context).Bind(insert) is { } sink)
        {
            into.Add(new BoundSink(sink, insert.Table.Span));
        }
        else
        {
            _hasBrokenInsert = true;
        }
    }

    private void AddCreateAs(CreateTableStatement create)
    {
        int before = _diagnostics.Failures;
        if (new DefinitionPlanner(context, Planned).CreateAs(create) is { } insert)
        {
            Collect(insert, _inserts);
        }

        _hasBrokenInsert |= _diagnostics.Failures > before;
    }

    private BoundSink? BindQuery(Query query)
    {
        int before = _diagnostics.Failures;
        Relation relation = new QueryBinder(context).Bind(query);
        if (_diagnostics.Failures > before)
        {
            return null;
        }

        SqlField[] columns = [.. relation.Columns.Select(c => new SqlField(c.Name, c.Type.Materialized()))];
        var spec = new TableSpec(
            PlannedJob.ResultConnector, PlannedJob.ResultConnector, ValueList.Create<SqlField>(columns),
            [new TableOption("connector", PlannedJob.ResultConnector)], default, default, string.Empty);
        return new BoundSink(new SinkPlan(relation.Plan, spec), query.Span);
    }

    private void AddQuery(QueryStatement statement, Statement origin)
    {
        if (BindQuery(statement.Query) is { } sink && Build([sink]) is { } job)
        {
            Planned.Add(new PlannedJob(
                origin.Span, origin is QueryStatement ? "SELECT" : StatementNames.Of(origin), job.Graph,
                JobBuilder.ResultOf(job), context.Settings.All(), job.IsBatch,
                job.IsBounded)
            {
                Explanation = ExplanationOf(job),
                StateBounds = GrowthPrediction.Of(job),
            });
        }
    }

    private void AddExplain(ExplainStatement statement)
    {
        List<BoundSink> sinks = [];
        _hasBrokenInsert = false;
        switch (statement.Statement)
        {
            case QueryStatement query:
                if (BindQuery(query.Query) is { } sink)
                {
                    sinks.Add(sink);
                }

                break;
            case InsertStatement insert:
                Collect(insert, sinks);
                break;
            case StatementSet set:
                foreach (InsertStatement insert in set.Inserts)
                {
                    Collect(insert, sinks);
                }

                break;
            default:
                _diagnostics.Report(
                    PlannerErrors.NotSupported, statement.Statement.Span, null,
                    $"EXPLAIN of {StatementNames.Of(statement.Statement)}");
                break;
        }

        if (statement.Details.Contains(ExplainDetail.EstimatedCost))
        {
            _diagnostics.Report(
                PlannerErrors.NotSupported, statement.Span,
                "Plans are made by rules, not by cost; CHANGELOG_MODE, PLAN_ADVICE and JSON_EXECUTION_PLAN tell more of them.",
                "EXPLAIN ESTIMATED_COST");
            return;
        }

        if (sinks.Count > 0 && !_hasBrokenInsert && Build(sinks) is { } job)
        {
            string text = PlanPrinter.Print(
                job, context.Connectors, context.Settings, statement.Details.Contains(ExplainDetail.ChangelogMode));
            text += statement.Details.Contains(ExplainDetail.PlanAdvice) ? PlanPrinter.Advice(job) : string.Empty;
            if (statement.Details.Contains(ExplainDetail.JsonExecutionPlan))
            {
                text += $"\n== JSON ==\n{PlanCodec.Write(job.Graph)}\n";
            }

            Planned.Add(new PlannedListing(statement.Span, "EXPLAIN", ["plan"], [[text]]));
        }

        _hasBrokenInsert = false;
    }

    private void AddSet(SetStatement statement)
    {
        if (statement.Key is null || statement.Value is null)
        {
            Planned.Add(new PlannedListing(
                statement.Span, "SET", ["key", "value", "origin"],
                ValueList.From(context.Settings.All().Select(
                    o => ValueList.Create<string>([o.Key, OptionTable.Shown(o.Key, o.Value), o.Origin.ToString()])))));
            return;
        }

        string key = OptionTable.Canonical(statement.Key.Value);
        string value = statement.Value.Value;
        if (OptionTable.Find(key) is not { } option)
        {
            string? near = OptionValue.Nearest(OptionTable.All.Select(o => o.Key), key);
            _diagnostics.Warn(PlannerErrors.OptionUnknown, statement.Key.Span, NameResolver.DidYouMean(near), key);
        }
        else if (!OptionValue.IsValid(option, value))
        {
            _diagnostics.Report(
                PlannerErrors.OptionValue, statement.Value.Span, null, key, value, $"expected {OptionValue.Expected(option)}");
            return;
        }

        context.Settings.Set(key, value);
        Planned.Add(new PlannedSetting(statement.Span, $"SET {key} = {OptionTable.Shown(key, value)}", key, value));
    }
}
