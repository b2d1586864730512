using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Turns the provisional joins of one FROM into real ones, once WHERE is known.</summary>
/// <remarks>
/// Conditions of WHERE without queries go down: to the side that they are about, or into an inner join; never into the side of an
/// outer join that may be missing. Then every join is classified, the innermost first.
/// </remarks>
internal sealed class JoinFinisher(BindingContext context, QueryHints? hints = null)
{
    /// <summary>Tells whether a relation of FROM holds provisional joins.</summary>
    public static bool IsOpen(Relation relation) =>
        relation.Plan is ProvisionalJoinPlan or ProjectPlan { Input: ProvisionalJoinPlan };

    /// <summary>Finishes FROM with WHERE, both as written.</summary>
    /// <returns>The relation, and what of WHERE is still to be applied: conjuncts that hold queries, or null.</returns>
    public (Relation Relation, Ast.Expression? Where) Finish(SelectBody select, Relation from)
    {
        var binder = new ExpressionBinder(context.Diagnostics, from, "WHERE");
        List<BoundExpression> conditions = [];
        List<Ast.Expression> left = [];
        foreach (Ast.Expression conjunct in select.Where is null ? [] : Conjuncts(select.Where))
        {
            if (SubqueryBinder.HasSubquery(conjunct))
            {
                left.Add(conjunct);
                continue;
            }

            BoundExpression bound = binder.BindCondition(conjunct, "Condition of WHERE");
            if (!TypeBinder.IsError(bound.Type))
            {
                conditions.AddRange(ExpressionTree.Conjuncts(bound));
            }
        }

        Ast.Expression? where = left.Count switch
        {
            0 => null,
            1 => left[0],
            _ => new Ast.LogicalExpression(Ast.LogicalOperator.And, [.. left]) { Span = select.Where!.Span },
        };
        Relation finished = Finish(from, conditions);
        return (finished with { Shown = from.Shown }, where);
    }

    /// <summary>Finishes a relation under conditions on its rows; a relation without provisional joins is only filtered.</summary>
    public Relation Finish(Relation relation, IReadOnlyList<BoundExpression> conditions)
    {
        switch (relation.Plan)
        {
            case ProvisionalJoinPlan join:
                return Finish(join, relation.Columns, conditions);
            case ProjectPlan { Input: ProvisionalJoinPlan join } project:
                // The merged columns of a full join stand behind its own ones.
                Relation inner = Finish(join, [.. relation.Columns.Take(join.Fields.Count)], []);
                if (inner.IsBroken)
                {
                    return relation with { Plan = inner.Plan, IsBroken = true };
                }

                ScopeColumn[] columns = [.. inner.Columns, .. relation.Columns.Skip(join.Fields.Count)];
                IEnumerable<BoundExpression> values = project.Expressions.Select(e => Retype(e, inner.Plan.Fields));
                var plan = new ProjectPlan(inner.Plan, ValueList.From(values), Relation.FieldsOf(columns));
                return Filter(new Relation(plan, columns), conditions);
            default:
                return Filter(relation, conditions);
        }
    }

    private static IEnumerable<Ast.Expression> Conjuncts(Ast.Expression expression) =>
        expression is Ast.LogicalExpression { Operator: Ast.LogicalOperator.And } and
            ? and.Operands.SelectMany(Conjuncts) : [expression];

    private Relation Finish(
        ProvisionalJoinPlan join, IReadOnlyList<ScopeColumn> columns, IReadOnlyList<BoundExpression> conditions)
    {
        int width = join.LeftSide.Columns.Count;

        // A row meets one right row: what it may be is decided before any other condition.
        bool isOfTime = join.SystemTime is not null || join.Syntax.IsAsof;
        JoinType type = Narrow(join.Type, conditions, width);
        List<BoundExpression> left = [];
        List<BoundExpression> right = [];
        List<BoundExpression> on = [];
        List<BoundExpression> above = [];
        foreach (BoundExpression condition in join.Conjuncts)
        {
            JoinSide side = JoinSides.Of(condition, width);
            bool goesLeft = side == JoinSide.Left && type is JoinType.Inner or JoinType.Right;
            bool goesRight = side == JoinSide.Right && type is JoinType.Inner or JoinType.Left && !isOfTime;
            (goesLeft && side == JoinSide.Left ? left : goesRight && side == JoinSide.Right ? right : on).Add(condition);
        }

        foreach (BoundExpression condition in conditions)
        {
            JoinSide side = JoinSides.Of(condition, width);
            bool isInner = type == JoinType.Inner && !ExpressionTree.IsVolatile(condition);
            (side == JoinSide.Left && type is JoinType.Inner or JoinType.Left ? left
                : side == JoinSide.Right && type is JoinType.Inner or JoinType.Right && !isOfTime ? right
                : isInner && !isOfTime ? on : above).Add(condition);
        }

        Relation one = Finish(join.LeftSide, left);
        Relation other = Finish(join.RightSide, [.. right.Select(c => ExpressionTree.Remap(c, i => i - width))]);
        if (one.IsBroken || other.IsBroken)
        {
            return new Relation(Relation.Broken.Plan, columns, IsBroken: true);
        }

        // Nullability stays as the join is written, whatever conditions narrow it to.
        ScopeColumn[] real = [.. one.Columns.Concat(other.Columns).Select((c, i) => columns[i] with
        {
            Type = c.Type.WithNullable(columns[i].Type.Nullable),
            Lost = c.Lost,
        })];
        ValueList<SqlField> fields = [.. one.Plan.Fields, .. other.Plan.Fields];
        var candidate = new JoinCandidate(
            one, other, type, [.. on.Select(c => Retype(c, fields))],
            join.SystemTime is null ? null : Retype(join.SystemTime, fields), real, join.Syntax)
        {
            LeftTtlMs = hints?.TtlMs(join.LeftSide) ?? -1,
            RightTtlMs = hints?.TtlMs(join.RightSide) ?? -1,
            LeftHint = hints?.JoinHint(join.LeftSide),
            RightHint = hints?.JoinHint(join.RightSide),
            LookupHint = hints?.Lookup(join.RightSide),
        };
        Relation joined = JoinClassifier.Classify(candidate, context) ?? RegularJoin.Build(candidate, context);
        return Filter(joined with { Plan = At(joined.Plan, new PlanPlace(join.Syntax.Span)) }, above);
    }

    /// <summary>Notes where a join was written; columns may have been made above it.</summary>
    private static LogicalPlan At(LogicalPlan plan, PlanPlace place) => plan switch
    {
        ProjectPlan project => project with { Input = At(project.Input, place) },
        JoinPlan or TimeJoinPlan or SemiJoinPlan => plan with { Written = place },
        _ => plan,
    };

    /// <summary>An outer join whose missing rows WHERE drops anyway is an inner one, or outer on one side only.</summary>
    private static JoinType Narrow(JoinType type, IReadOnlyList<BoundExpression> conditions, int width)
    {
        bool dropsLeft = conditions.Any(c => NullRejection.Rejects(c, i => i < width));
        bool dropsRight = conditions.Any(c => NullRejection.Rejects(c, i => i >= width));
        return type switch
        {
            JoinType.Left when dropsRight => JoinType.Inner,
            JoinType.Right when dropsLeft => JoinType.Inner,
            JoinType.Full when dropsLeft && dropsRight => JoinType.Inner,
            JoinType.Full when dropsLeft => JoinType.Left,
            JoinType.Full when dropsRight => JoinType.Right,
            _ => type,
        };
    }

    private static Relation Filter(Relation relation, IReadOnlyList<BoundExpression> conditions) =>
        conditions.Count == 0 || relation.IsBroken ? relation : relation with
        {
            Plan = new FilterPlan(
                relation.Plan, ExpressionTree.And([.. conditions.Select(c => Retype(c, relation.Plan.Fields))])),
        };

    /// <summary>Gives columns the types that they have now: less time attributes.</summary>
    private static BoundExpression Retype(BoundExpression expression, ValueList<SqlField> fields) =>
        ExpressionTree.MapColumns(expression, c => new ColumnExpression(c, fields[c].Type));
}
