using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Binds the joins of FROM as provisional ones: names, types and conditions, with time attributes kept.</summary>
internal sealed class JoinBinder(BindingContext context, TableBinder tables)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Binds a join with both sides.</summary>
    public Relation Bind(JoinTable join)
    {
        Relation left = tables.Bind(join.Left);
        BoundExpression? time = null;
        TableReference right = join.Right;
        if (right is NamedTable { SystemTime: { } asOf } versioned)
        {
            time = new ExpressionBinder(_diagnostics, left, "FOR SYSTEM_TIME AS OF").Bind(asOf);
            right = versioned with { SystemTime = null };
        }

        return Bind(join, left, tables.Bind(right), time);
    }

    /// <summary>Joins two relations that are bound already.</summary>
    public Relation Bind(JoinTable join, Relation left, Relation right, BoundExpression? systemTime = null)
    {
        foreach (string? alias in left.Columns.Select(c => c.Qualifier).Intersect(right.Columns.Select(c => c.Qualifier)))
        {
            if (alias is not null)
            {
                _diagnostics.Report(PlannerErrors.AliasDuplicate, join.Right.Span, null, alias);
            }
        }

        JoinType type = join.Kind switch
        {
            JoinKind.Left => JoinType.Left,
            JoinKind.Right => JoinType.Right,
            JoinKind.Full => JoinType.Full,
            _ => JoinType.Inner,
        };
        ScopeColumn[] columns = ColumnsOf(left, right, type);
        bool isBroken = left.IsBroken || right.IsBroken || (systemTime is not null && TypeBinder.IsError(systemTime.Type));
        int[]? shown = left.Shown is null && right.Shown is null ? null
            : [.. left.ShownColumns, .. right.ShownColumns.Select(c => c + left.Columns.Count)];
        var both = new Relation(Relation.Broken.Plan, columns, isBroken) { Shown = shown, Scope = tables.Scope };
        List<BoundExpression> conjuncts = [];
        List<(int Left, int Right)> merged = [];
        if (join.On is { } on)
        {
            BoundExpression bound = new ExpressionBinder(_diagnostics, both, "ON").BindCondition(on, "Condition of ON");
            isBroken |= TypeBinder.IsError(bound.Type);
            conjuncts.AddRange(ExpressionTree.Conjuncts(bound));
        }
        else
        {
            isBroken |= !Merge(NamesOf(join, left, right), left, right, conjuncts, merged);
        }

        if (isBroken)
        {
            return both with { IsBroken = true };
        }

        if (conjuncts.Any(ExpressionTree.Has<Logical.SubqueryExpression>))
        {
            return new SubqueryJoin(context).Build(join, left, right, type, conjuncts) with { Shown = shown };
        }

        var plan = new ProvisionalJoinPlan(
            left, right, type, ValueList.From(conjuncts), systemTime, join, Relation.FieldsOf(columns));
        var joined = both with { Plan = plan, IsBroken = false };
        return merged.Count == 0 ? joined : Show(joined, left, right, type, merged);
    }

    /// <summary>Returns the columns of both sides, nullable where a side may be missing.</summary>
    public static ScopeColumn[] ColumnsOf(Relation left, Relation right, JoinType type)
    {
        static IEnumerable<ScopeColumn> Side(Relation side, bool isMissing) => isMissing
            ? side.Columns.Select(c => c with { Type = c.Type.WithNullable(true) }) : side.Columns;
        IEnumerable<ScopeColumn> columns = Side(left, type is JoinType.Right or JoinType.Full);
        return type is JoinType.Semi or JoinType.Anti
            ? [.. columns] : [.. columns, .. Side(right, type is JoinType.Left or JoinType.Full)];
    }

    private static IReadOnlyList<Identifier> NamesOf(JoinTable join, Relation left, Relation right)
    {
        if (!join.IsNatural)
        {
            return [.. join.Using];
        }

        var names = new HashSet<string>(right.ShownColumns.Select(c => right.Columns[c].Name), StringComparer.Ordinal);
        return [.. left.ShownColumns.Select(c => left.Columns[c].Name).Where(names.Contains).Distinct()
            .Select(name => new Identifier(name) { Span = join.Right.Span })];
    }

    /// <summary>Adds an equality for each column of USING.</summary>
    private bool Merge(
        IReadOnlyList<Identifier> names,
        Relation left,
        Relation right,
        List<BoundExpression> conjuncts,
        List<(int Left, int Right)> merged)
    {
        foreach (Identifier name in names)
        {
            var reference = new ColumnReference([name]) { Span = name.Span };
            BoundExpression one = new NameResolver(left, _diagnostics).Resolve(reference);
            BoundExpression other = new NameResolver(right, _diagnostics).Resolve(reference);
            if (one is not ColumnExpression l || other is not ColumnExpression r)
            {
                return false;
            }

            BoundExpression equal = new CallBinder(_diagnostics).Operator(
                "=", [l, r with { Index = r.Index + left.Columns.Count }], name.Span);
            if (TypeBinder.IsError(equal.Type))
            {
                return false;
            }

            conjuncts.Add(equal);
            merged.Add((l.Index, r.Index + left.Columns.Count));
        }

        return true;
    }

    /// <summary>
    /// Lets each column of USING be one column, before all others: that of the side whose rows are all there, for a full join the
    /// one that is not missing. With their aliases both stay known.
    /// </summary>
    private Relation Show(
        Relation joined, Relation left, Relation right, JoinType type, List<(int Left, int Right)> merged)
    {
        IEnumerable<int> rest = left.ShownColumns.Concat(right.ShownColumns.Select(c => c + left.Columns.Count))
            .Where(c => !merged.Any(m => m.Left == c || m.Right == c));
        if (type != JoinType.Full)
        {
            IEnumerable<int> first = merged.Select(m => type == JoinType.Right ? m.Right : m.Left);
            return joined with { Shown = [.. first, .. rest] };
        }

        int width = joined.Columns.Count;
        BoundExpression[] values = [.. merged.Select(m => new CallBinder(_diagnostics).Function(
            "COALESCE",
            [
                new ColumnExpression(m.Left, joined.Columns[m.Left].Type.Materialized()),
                new ColumnExpression(m.Right, joined.Columns[m.Right].Type.Materialized()),
            ],
            joined.Plan is ProvisionalJoinPlan join ? join.Syntax.Span : default))];
        ScopeColumn[] columns =
        [
            .. joined.Columns, .. merged.Select((m, i) => new ScopeColumn(null, joined.Columns[m.Left].Name, values[i].Type)),
        ];
        IEnumerable<BoundExpression> plain = joined.Columns.Select((c, i) => new ColumnExpression(i, c.Type));
        return new Relation(
            new ProjectPlan(joined.Plan, ValueList.From(plain.Concat(values)), Relation.FieldsOf(columns)), columns)
        {
            Shown = [.. merged.Select((m, i) => width + i), .. rest],
        };
    }
}
