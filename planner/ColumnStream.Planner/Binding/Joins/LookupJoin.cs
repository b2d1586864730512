using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Binds FOR SYSTEM_TIME AS OF processing time: each row meets what the table holds for its key when the row comes.</summary>
internal static class LookupJoin
{
    /// <summary>Returns the join, or a broken relation after a report.</summary>
    public static Relation Build(JoinCandidate candidate, BindingContext context)
    {
        var broken = new Relation(Relation.Broken.Plan, candidate.Columns, IsBroken: true);
        DiagnosticBag diagnostics = context.Diagnostics;
        SourceSpan place = candidate.Syntax.Right.Span;
        if (LookupSource.Of(candidate.Right.Plan) is not { } source)
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, place, "Name a table, or a view that only filters and computes columns of one.",
                "FOR SYSTEM_TIME AS OF processing time over a query");
            return broken;
        }

        if (Settings(candidate, source.Spec, place, context) is not { } settings)
        {
            return broken;
        }

        int width = candidate.Left.Plan.Fields.Count;
        LookupAbility ability = context.Connectors.Find(source.Spec.Connector)!.Lookup(source.Spec)!;
        BoundExpression[] conditions = [.. candidate.Conjuncts.Where(c => JoinSides.Of(c, width) != JoinSide.Right)];
        BoundExpression[] about = [.. candidate.Conjuncts.Except(conditions).Select(c => ExpressionTree.Remap(c, i => i - width))];
        int[] constant = [.. about.Select(source.ConstantColumn).OfType<int>()];
        (BoundExpression Condition, int? Column)[] equal =
        [
            .. conditions.Select(c => (c, JoinSides.Equality(c, width)))
                .Where(e => e.Item2 is { IsNullSafe: false })
                .Select(e => (e.c, source.ColumnOf(ExpressionTree.Remap(e.Item2!.Value.Right, i => i - width)))),
        ];
        bool isFull = settings.Options.Cache == LookupCache.Full;
        int[] given = [.. equal.Select(e => e.Column).OfType<int>(), .. constant];
        if (ability.Keys.Count > 0 && !isFull && !ability.Keys.Any(key => key.All(given.Contains)))
        {
            diagnostics.Report(
                PlannerErrors.CannotLookUp, candidate.Syntax.Span,
                "ON must equate " + string.Join(", or ", ability.Keys.Select(key => Names(source.Spec, key))) + ".",
                source.Spec.Name, "not by " + (given.Length == 0 ? "these conditions" : Names(source.Spec, given)));
            return broken;
        }

        if (given.Length == 0 && !(isFull && equal.Length > 0))
        {
            diagnostics.Report(
                PlannerErrors.Clause, candidate.Syntax.Span,
                equal.Length == 0 ? null
                    : "Cast the left side to the column's type, or keep all of the table: 'lookup.cache' = 'FULL'.",
                "FOR SYSTEM_TIME AS OF", equal.Length > 0
                    ? "the key must be columns of the table as they are, and ON computes or casts them"
                    : "ON needs an equality of a column of the table: there is nothing to look up by");
            return broken;
        }

        // A question is asked by columns as they are; any other equality is tested on the rows that come back.
        HashSet<BoundExpression> used = [.. equal.Where(e => isFull || e.Column is not null).Select(e => e.Condition)];
        conditions = [.. conditions.Select(c => used.Contains(c) ? c : VersionedJoin.Hide(c))];
        LogicalPlan right = candidate.Right.Plan;
        candidate = candidate with
        {
            Right = candidate.Right with { Plan = about.Length == 0 ? right : new FilterPlan(right, ExpressionTree.And(about)) },
        };
        ScopeColumn[] columns = VersionedJoin.Columns(candidate, diagnostics);
        Relation joined = TimeJoinBuilder.Build(candidate, TimeJoinKind.Lookup, -1, -1, 0, 0, conditions, columns);
        return joined with { Plan = With(joined.Plan, settings) };
    }

    private static string Names(TableSpec table, IEnumerable<int> columns) =>
        "(" + string.Join(", ", columns.Select(c => table.Columns[c].Name)) + ")";

    private static LogicalPlan With(LogicalPlan plan, LookupSettings settings) => plan switch
    {
        ProjectPlan project => project with { Input = With(project.Input, settings) },
        _ => (TimeJoinPlan)plan with { Lookup = settings },
    };

    /// <summary>Reads the options of table, session and hint; null after a report.</summary>
    private static LookupSettings? Settings(JoinCandidate candidate, TableSpec spec, SourceSpan place, BindingContext context)
    {
        Connector? connector = context.Connectors.Find(spec.Connector);
        string? reason = connector?.Lookup(spec) is null ? $"connector '{spec.Connector}' reads it from end to end only"
            : connector.SourceChangelog(spec) != ChangelogMode.InsertOnly ? "its format gives changes, not rows"
            : null;
        if (reason is not null)
        {
            context.Diagnostics.Report(
                PlannerErrors.CannotLookUp, place, "A join without FOR SYSTEM_TIME AS OF keeps its rows in state.", spec.Name,
                reason);
            return null;
        }

        LookupOptions options;
        try
        {
            options = LookupOptions.Read(spec, connector!.Lookup(spec)!);
        }
        catch (UserException error)
        {
            context.Diagnostics.Add(new SqlDiagnostic(error.Code, error.Message, place));
            return null;
        }

        LookupHint? hint = candidate.LookupHint;
        bool isAsync = hint?.IsAsync ?? options.IsAsync ?? true;
        bool isOrdered = hint?.IsOrdered ?? context.Settings.Is(OptionTable.LookupOutputMode, "ordered");
        long capacity = hint?.Capacity ?? long.Parse(
            context.Settings.Text(OptionTable.LookupCapacity)!, System.Globalization.CultureInfo.InvariantCulture);
        long timeoutMs = hint?.TimeoutMs ?? context.Settings.Milliseconds(OptionTable.LookupTimeout);
        return new LookupSettings(
            options,
            new LookupPolicy(
                isAsync ? (int)capacity : 1, timeoutMs, options.MaxRetries, hint?.MissRetries ?? 0, hint?.MissDelayMs ?? 0),
            isOrdered || !isAsync,
            hint?.Shuffles ?? false);
    }
}
