using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Decorrelation;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds what stands right of a join and sees the left side's columns: UNNEST and LATERAL.</summary>
internal sealed class LateralBinder(BindingContext context, TableBinder tables)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Binds a join whose right side sees the left one; null for any other.</summary>
    public Relation? TryBind(JoinTable join)
    {
        if (join.Right is not (UnnestTable or DerivedTable { IsLateral: true }))
        {
            return null;
        }

        Relation left = new JoinFinisher(context).Finish(tables.Bind(join.Left), []) with { Scope = tables.Scope };
        if (!IsAllowed(join))
        {
            return left with { IsBroken = true };
        }

        if (join.Right is DerivedTable derived)
        {
            return Bind(derived, left, join);
        }

        Relation bound = Bind((UnnestTable)join.Right, left, isOuter: join.Kind == JoinKind.Left);
        return bound.IsBroken ? bound : Restrict(bound, join);
    }

    /// <summary>Joins each row with what a query gives for it.</summary>
    private Relation Bind(DerivedTable derived, Relation left, JoinTable join)
    {
        (Relation right, Correlation correlation) = SubqueryBinder.Bind(
            derived.Query, tables.Scope, new ExpressionBinder(_diagnostics, left, "LATERAL"));
        right = tables.Alias(right, derived.Alias, null);
        if (left.IsBroken || right.IsBroken || !PlanExpressions.HasParameters(right.Plan, correlation.Depth))
        {
            return new JoinBinder(context, tables).Bind(join, left, right);
        }

        JoinType type = join.Kind == JoinKind.Left ? JoinType.Left : JoinType.Inner;
        string lost = $"LATERAL at {_diagnostics.Locate(derived.Span)} makes it an ordinary value";
        ScopeColumn[] columns = [.. JoinBinder.ColumnsOf(left, right, type).Select(c => c.Ordinary(lost))];
        var both = new Relation(Relation.Broken.Plan, columns, IsBroken: true);
        List<BoundExpression> conditions = [];
        if (join.On is not null)
        {
            BoundExpression on = new ExpressionBinder(_diagnostics, both with { IsBroken = false }, "ON")
                .BindCondition(join.On, "Condition of ON");
            if (TypeBinder.IsError(on.Type))
            {
                return both;
            }

            conditions.AddRange(ExpressionTree.Conjuncts(on).Where(c => c != ExpressionTree.True));
        }

        Dependent? free = DependentJoin.Free(
            right.Plan, correlation.Depth, left.Plan, correlation.Arguments, isKeyed: false, out string? refused);
        if (free is null)
        {
            NotSupported(derived.Span, $"LATERAL that refers to the left side below {refused}", null);
            return both;
        }

        (LogicalPlan plan, BoundExpression[] outputs) = DependentJoin.Join(
            left.Plan, free, correlation.Depth, correlation.Arguments, type == JoinType.Left, conditions);
        BoundExpression[] shown = [.. Dependent.Columns(plan).Take(left.Columns.Count), .. outputs];
        columns = [.. columns.Select((c, i) => c with { Type = shown[i].Type.Materialized() })];
        return new Relation(new ProjectPlan(plan, ValueList.From(shown), Relation.FieldsOf(columns)), columns)
        {
            Shown = left.Shown is null ? null
                : [.. left.Shown, .. Enumerable.Range(left.Columns.Count, right.Columns.Count)],
        };
    }

    /// <summary>Binds UNNEST beside the columns of a relation, or alone.</summary>
    public Relation Bind(UnnestTable unnest, Relation? beside, bool isOuter = false)
    {
        Relation left = beside ?? new Relation(new ValuesPlan([new ValuesRow(default)], default), []) { Scope = tables.Scope };
        if (unnest.Operands.Count != 1)
        {
            return NotSupported(unnest.Span, "UNNEST of several collections", "Unnest one after the other.");
        }

        Ast.Expression syntax = unnest.Operands[0];
        BoundExpression collection = new ExpressionBinder(_diagnostics, left, "UNNEST").Bind(syntax);
        if (TypeBinder.IsError(collection.Type) || left.IsBroken)
        {
            return Relation.Broken with { Columns = left.Columns };
        }

        if (collection.Type.Id is not (SqlTypeId.Array or SqlTypeId.Map or SqlTypeId.Multiset))
        {
            _diagnostics.Report(
                PlannerErrors.NoSignature, syntax.Span, null, "UNNEST", collection.Type.Materialized().WithNullable(true),
                "UNNEST(array), UNNEST(map), UNNEST(multiset)");
            return Relation.Broken with { Columns = left.Columns };
        }

        UnnestPlan plan = UnnestPlan.Over(left.Plan, collection, unnest.WithOrdinality, isOuter);
        ScopeColumn[] added = [.. plan.Fields.Skip(left.Columns.Count).Select(f => new ScopeColumn(null, f.Name, f.Type))];
        if (added.Length == 1 && unnest.Alias is { Columns.IsEmpty: true } only)
        {
            added[0] = added[0] with { Name = only.Name.Value };
        }

        Relation elements = tables.Alias(new Relation(plan, added), unnest.Alias, null);
        ScopeColumn[] columns = [.. left.Columns, .. elements.Columns];
        return new Relation(plan with { Fields = Relation.FieldsOf(columns) }, columns, elements.IsBroken)
        {
            Shown = left.Shown is null ? null : [.. left.Shown, .. Enumerable.Range(left.Columns.Count, added.Length)],
        };
    }

    /// <summary>Tells whether a join may have a right side that sees the left one; reports it otherwise.</summary>
    private bool IsAllowed(JoinTable join)
    {
        if (join.Kind is JoinKind.Right or JoinKind.Full || join.IsNatural || !join.Using.IsEmpty)
        {
            string what = join.IsNatural ? "NATURAL JOIN"
                : join.Using.IsEmpty ? $"{join.Kind.ToString().ToUpperInvariant()} JOIN" : "USING";
            NotSupported(
                join.Span, $"{what} with a right side that sees the left one", "Use CROSS JOIN, or LEFT JOIN ... ON TRUE.");
            return false;
        }

        return true;
    }

    /// <summary>Applies ON: rows of an outer join that find nothing stay, so there it can only be TRUE.</summary>
    private Relation Restrict(Relation bound, JoinTable join)
    {
        if (join.On is null or Ast.BooleanLiteral { Value: true })
        {
            return bound;
        }

        BoundExpression condition = new ExpressionBinder(_diagnostics, bound, "ON").BindCondition(join.On, "Condition of ON");
        if (TypeBinder.IsError(condition.Type) || condition == ExpressionTree.True)
        {
            return bound;
        }

        if (join.Kind == JoinKind.Left)
        {
            return NotSupported(join.On.Span, "LEFT JOIN UNNEST with a condition", "Write ON TRUE and filter what comes out.");
        }

        return bound with { Plan = new FilterPlan(bound.Plan, condition) };
    }

    private Relation NotSupported(SourceSpan span, string what, string? hint)
    {
        _diagnostics.Report(PlannerErrors.NotSupported, span, hint, what);
        return Relation.Broken;
    }
}
