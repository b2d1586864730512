using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Binds FOR SYSTEM_TIME AS OF: by event time the version of a row's key, by processing time a lookup.</summary>
internal static class VersionedJoin
{
    /// <summary>Returns the join, or a broken relation after a report.</summary>
    public static Relation Build(JoinCandidate candidate, BindingContext context)
    {
        var broken = new Relation(Relation.Broken.Plan, candidate.Columns, IsBroken: true);
        DiagnosticBag diagnostics = context.Diagnostics;
        if (candidate.Type is not (JoinType.Inner or JoinType.Left))
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, candidate.Syntax.Span, "Write JOIN or LEFT JOIN.",
                $"{candidate.Type.ToString().ToUpperInvariant()} JOIN with FOR SYSTEM_TIME AS OF");
            return broken;
        }

        if (candidate.SystemTime!.Type.TimeAttribute == TimeAttribute.Proctime)
        {
            return LookupJoin.Build(candidate, context);
        }

        if (candidate.SystemTime is not ColumnExpression { Type.TimeAttribute: TimeAttribute.Rowtime } time)
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, candidate.Syntax.Right.Span,
                "Name an event time of the left side, FOR SYSTEM_TIME AS OF l.ts, or PROCTIME() for a lookup.",
                "FOR SYSTEM_TIME AS OF anything but a time of the left side");
            return broken;
        }

        int width = candidate.Left.Plan.Fields.Count;
        LogicalPlan right = candidate.Right.Plan;
        int rightTime = Array.FindIndex([.. right.Fields], f => f.Type.TimeAttribute == TimeAttribute.Rowtime);
        if (rightTime < 0)
        {
            ScopeColumn? lost = candidate.Right.Columns.FirstOrDefault(c => c.Lost is not null);
            diagnostics.Report(
                PlannerErrors.Clause, candidate.Syntax.Right.Span, "Declare WATERMARK FOR its time column in CREATE TABLE.",
                "FOR SYSTEM_TIME AS OF",
                "the right side has no event time" + (lost is null ? string.Empty : $": {lost.Name}: {lost.Lost}"));
            return broken;
        }

        IReadOnlyList<int[]> keys = [.. VersionedKeys.Of(right)];
        if (keys.Count == 0)
        {
            diagnostics.Report(
                PlannerErrors.Clause, candidate.Syntax.Right.Span,
                "Declare PRIMARY KEY (…) NOT ENFORCED, or keep each key's last row: ROW_NUMBER() … ORDER BY its time DESC = 1.",
                "FOR SYSTEM_TIME AS OF", "the right side has no key that tells its versions apart");
            return broken;
        }

        List<(BoundExpression Condition, int Right)> equal =
        [
            .. candidate.Conjuncts.Select(c => (c, JoinSides.Equality(c, width)))
                .Where(e => e.Item2 is (_, ColumnExpression, false))
                .Select(e => (e.c, ((ColumnExpression)e.Item2!.Value.Right).Index - width)),
        ];
        int[]? key = keys.FirstOrDefault(k => k.All(c => equal.Any(e => e.Right == c)));
        if (key is null)
        {
            diagnostics.Report(
                PlannerErrors.Clause, candidate.Syntax.Span, null, "FOR SYSTEM_TIME AS OF",
                "ON must equate the key of the right side: "
                + string.Join(", ", keys[0].Select(c => candidate.Right.Columns[c].Name)));
            return broken;
        }

        // Versions are told apart by the key alone: any other equality is tested on the version that is found.
        HashSet<BoundExpression> used = [.. key.Select(c => equal.First(e => e.Right == c).Condition)];
        BoundExpression[] conditions = [.. candidate.Conjuncts.Select(c => used.Contains(c) ? c : Hide(c))];
        ScopeColumn[] columns = Columns(candidate, diagnostics);
        candidate = candidate with { Right = candidate.Right with { Plan = VersionedKeys.Unfold(right) } };
        return TimeJoinBuilder.Build(candidate, TimeJoinKind.Versioned, time.Index, rightTime, 0, 0, conditions, columns);
    }

    /// <summary>Returns the columns of a join that takes time from the left side: those of the right one are values.</summary>
    public static ScopeColumn[] Columns(JoinCandidate candidate, DiagnosticBag diagnostics)
    {
        int width = candidate.Left.Plan.Fields.Count;
        string lostBy = $"the join at {diagnostics.Locate(candidate.Syntax.Span)} makes it an ordinary value";
        return [.. candidate.Columns.Select((c, i) => i < width ? c : c.Ordinary(lostBy))];
    }

    /// <summary>Lets an equality be no key: both orders of the same comparison say the same.</summary>
    public static BoundExpression Hide(BoundExpression condition) =>
        condition is CallExpression { Function: "=" or "IS NOT DISTINCT FROM" } equal
            ? new CallExpression("IS TRUE", [equal], SqlType.Boolean.WithNullable(false)) : condition;
}
