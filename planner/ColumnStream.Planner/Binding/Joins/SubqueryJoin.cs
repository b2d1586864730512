using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Decorrelation;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Builds joins whose ON asks queries: an inner join is filtered, sides of an outer join get the answers as columns.</summary>
internal sealed class SubqueryJoin(BindingContext context)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Builds a join; its kind is then decided without WHERE.</summary>
    public Relation Build(
        JoinTable join, Relation left, Relation right, JoinType type, IReadOnlyList<BoundExpression> conjuncts)
    {
        var finisher = new JoinFinisher(context);
        left = finisher.Finish(left, []);
        right = finisher.Finish(right, []);
        string lost = $"the query in ON at {_diagnostics.Locate(join.On!.Span)} makes it an ordinary value";
        ScopeColumn[] columns = [.. JoinBinder.ColumnsOf(left, right, type).Select(c => c.Ordinary(lost))];
        if (left.IsBroken || right.IsBroken)
        {
            return new Relation(Relation.Broken.Plan, columns, IsBroken: true);
        }

        LogicalPlan? plan = type == JoinType.Inner ? Inner(left.Plan, right.Plan, conjuncts)
            : Outer(left.Plan, right.Plan, type, conjuncts);
        return plan is null ? new Relation(Relation.Broken.Plan, columns, IsBroken: true) : new Relation(plan, columns);
    }

    private LogicalPlan Inner(LogicalPlan left, LogicalPlan right, IReadOnlyList<BoundExpression> conjuncts)
    {
        LogicalPlan plan = RegularJoin.Plan(
            left, right, JoinType.Inner, conjuncts.Where(c => !ExpressionTree.Has<SubqueryExpression>(c)));
        return SubqueryPlanner.Filter(
            plan, ExpressionTree.And([.. conjuncts.Where(ExpressionTree.Has<SubqueryExpression>)
                .Select(c => JoinConditions.Retype(c, plan))]), _diagnostics);
    }

    private ProjectPlan? Outer(LogicalPlan left, LogicalPlan right, JoinType type, IReadOnlyList<BoundExpression> conjuncts)
    {
        int width = left.Fields.Count;
        int before = _diagnostics.Failures;
        var one = new SubqueryPlanner(left, _diagnostics);
        var other = new SubqueryPlanner(right, _diagnostics);
        var answers = new Dictionary<SubqueryExpression, (bool IsLeft, BoundExpression Value)>();
        void Answer(BoundExpression expression)
        {
            if (expression is not SubqueryExpression query)
            {
                foreach (BoundExpression child in ExpressionTree.Children(expression))
                {
                    Answer(child);
                }

                return;
            }

            SortedSet<int> columns = ExpressionTree.ColumnsOf(query);
            if (columns.Count > 0 && columns.Min < width && columns.Max >= width)
            {
                _diagnostics.Report(
                    PlannerErrors.NotSupported, query.Span, "Let it refer to one side, or join by an inner join.",
                    "A query in ON of an outer join that refers to both sides");
                return;
            }

            bool isLeft = columns.Count > 0 && columns.Max < width;
            answers[query] = (isLeft, isLeft ? one.Place(query) : other.Place(ExpressionTree.Remap(query, c => c - width)));
        }

        foreach (BoundExpression conjunct in conjuncts)
        {
            Answer(conjunct);
        }

        if (_diagnostics.Failures > before)
        {
            return null;
        }

        int wide = one.Plan.Fields.Count;
        BoundExpression Rewrite(BoundExpression expression) => expression switch
        {
            SubqueryExpression query => answers[query] is { IsLeft: true } at
                ? at.Value : ExpressionTree.Remap(answers[query].Value, c => c + wide),
            ColumnExpression column => column.Index < width ? column : column with { Index = column.Index + wide - width },
            _ => ExpressionTree.MapChildren(expression, Rewrite),
        };
        LogicalPlan plan = RegularJoin.Plan(one.Plan, other.Plan, type, conjuncts.Select(Rewrite));
        int[] shown = [.. Enumerable.Range(0, width), .. Enumerable.Range(wide, right.Fields.Count)];
        return new ProjectPlan(
            plan, ValueList.From(shown.Select(c => (BoundExpression)new ColumnExpression(c, plan.Fields[c].Type))),
            ValueList.From(shown.Select(c => plan.Fields[c])));
    }
}
