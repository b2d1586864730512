using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds EXISTS and IN with a query in WHERE: semi joins, anti joins, and marks where a condition is put together.</summary>
/// <remarks>A query may refer to the outer one by equalities that stand in its WHERE by themselves, and by nothing else.</remarks>
internal sealed class SubqueryBinder(BindingContext context, CommonTables? common, Relation outer)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;
    private readonly ExpressionBinder _outerBinder = new(context.Diagnostics, outer, "WHERE");
    private LogicalPlan _plan = outer.Plan;

    private sealed record Right(Relation Relation, IReadOnlyList<BoundExpression> OuterKeys, int ValueColumns);

    /// <summary>Tells whether an expression asks a query.</summary>
    public static bool HasSubquery(Ast.Expression expression) =>
        expression is Ast.ExistsExpression or Ast.InQueryExpression or Ast.SubqueryExpression
        || SyntaxTree.Children(expression).Any(HasSubquery);

    /// <summary>Filters the outer relation; its columns are afterwards ordinary values.</summary>
    public Relation Filter(Ast.Expression where)
    {
        Ast.Expression[] conjuncts = [.. Conjuncts(where)];
        foreach (Ast.Expression plain in conjuncts.Where(c => !HasSubquery(c)))
        {
            Filter(_outerBinder.BindCondition(plain, "Condition of WHERE"));
        }

        foreach (Ast.Expression conjunct in conjuncts.Where(HasSubquery))
        {
            (Ast.Expression inner, bool isNegated) = Strip(conjunct);
            if (inner is Ast.ExistsExpression or Ast.InQueryExpression)
            {
                bool isAnti = isNegated ^ inner is Ast.InQueryExpression { IsNegated: true };
                Join(inner, isAnti ? SemiJoinKind.Anti : SemiJoinKind.Semi);
                continue;
            }

            var binder = new ExpressionBinder(_diagnostics, outer, "WHERE") { Intercept = Mark };
            Filter(binder.BindCondition(conjunct, "Condition of WHERE"));
        }

        if (outer.IsBroken)
        {
            // Its errors stand; its plan may lack columns that it shows.
            return outer;
        }

        ScopeColumn[] columns = [.. outer.Columns.Select(c => c.Type.TimeAttribute == TimeAttribute.None ? c : c with
        {
            Type = c.Type.Materialized(),
            Lost = $"the query in WHERE at {_diagnostics.Locate(where.Span)} makes it an ordinary value",
        })];
        IEnumerable<BoundExpression> shown = columns.Select((c, i) => new ColumnExpression(i, _plan.Fields[i].Type));
        return new Relation(
            new ProjectPlan(_plan, ValueList.From(shown), Relation.FieldsOf(columns)), columns) { Shown = outer.Shown };
    }

    private static IEnumerable<Ast.Expression> Conjuncts(Ast.Expression expression) =>
        expression is Ast.LogicalExpression { Operator: Ast.LogicalOperator.And } and
            ? and.Operands.SelectMany(Conjuncts) : [expression];

    private static (Ast.Expression Inner, bool IsNegated) Strip(Ast.Expression expression)
    {
        bool isNegated = false;
        while (expression is Ast.UnaryExpression { Operator: Ast.UnaryOperator.Not } not)
        {
            expression = not.Operand;
            isNegated = !isNegated;
        }

        return (expression, isNegated);
    }

    private void Filter(BoundExpression condition)
    {
        if (!TypeBinder.IsError(condition.Type))
        {
            _plan = new FilterPlan(_plan, condition);
        }
    }

    /// <summary>Answers for a query inside a larger condition by a column that holds the answer.</summary>
    private BoundExpression? Mark(Ast.Expression expression)
    {
        if (expression is Ast.SubqueryExpression scalar)
        {
            return Value(scalar);
        }

        if (expression is not (Ast.ExistsExpression or Ast.InQueryExpression))
        {
            return null;
        }

        if (!Join(expression, SemiJoinKind.Mark))
        {
            return LiteralBinder.Error;
        }

        int mark = _plan.Fields.Count - 1;
        var answer = new ColumnExpression(mark, _plan.Fields[mark].Type);
        return expression is Ast.InQueryExpression { IsNegated: true }
            ? _outerBinder.Calls.Operator("NOT", [answer], expression.Span) : answer;
    }

    /// <summary>Answers for a query that is a value by a column that holds it; it may not refer to the outer query.</summary>
    private BoundExpression Value(Ast.SubqueryExpression scalar)
    {
        Relation right = new QueryBinder(context, common).Bind(scalar.Query);
        if (right.IsBroken)
        {
            return LiteralBinder.Error;
        }

        if (right.Columns.Count != 1)
        {
            _diagnostics.Report(
                PlannerErrors.ColumnCount, scalar.Span, null, "Query that is used as a value", right.Columns.Count, 1);
            return LiteralBinder.Error;
        }

        SqlType type = right.Plan.Fields[0].Type.Materialized().WithNullable(true);
        _plan = new ScalarJoinPlan(
            _plan, right.Plan, [.. _plan.Fields, new SqlField($"value{_plan.Fields.Count}", type)]);
        return new ColumnExpression(_plan.Fields.Count - 1, type);
    }

    private bool Join(Ast.Expression expression, SemiJoinKind kind)
    {
        var membership = expression as Ast.InQueryExpression;
        BoundExpression? value = membership is null ? null : _outerBinder.Bind(membership.Operand);
        Query query = membership?.Query ?? ((Ast.ExistsExpression)expression).Query;
        Right? right = BindRight(query, membership is not null);
        if (right is null || right.Relation.IsBroken || (value is not null && TypeBinder.IsError(value.Type)))
        {
            return false;
        }

        if (membership is not null && right.ValueColumns != 1)
        {
            _diagnostics.Report(PlannerErrors.ColumnCount, query.Span, null, "Query of IN", right.ValueColumns, 1);
            return false;
        }

        // Keys without the value come first: behind them rows are grouped where NULLs matter.
        List<BoundExpression> left = [.. right.OuterKeys];
        List<BoundExpression> matches = [.. right.OuterKeys.Select((k, i) => Column(right.Relation, right.ValueColumns + i))];
        if (value is not null)
        {
            left.Add(value);
            matches.Add(Column(right.Relation, 0));
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (TypeCoercion.CommonType(left[i].Type, matches[i].Type) is not { } common)
            {
                _diagnostics.Report(
                    PlannerErrors.NoCommonType, expression.Span, "Add a CAST.", "Comparison with a query",
                    $"{left[i].Type.Materialized().WithNullable(true)}, {matches[i].Type.Materialized().WithNullable(true)}");
                return false;
            }

            left[i] = ExpressionTree.CastTo(left[i], common);
            matches[i] = ExpressionTree.CastTo(matches[i], common);
        }

        bool isNullAware = kind != SemiJoinKind.Semi && value is not null && (left[^1].Type.Nullable || matches[^1].Type.Nullable);
        Join(kind, right.Relation.Plan, left, matches, isNullAware);
        return true;
    }

    private void Join(
        SemiJoinKind kind, LogicalPlan right, List<BoundExpression> left, List<BoundExpression> matches, bool isNullAware)
    {
        List<BoundExpression> columns = [.. _plan.Fields.Select((f, i) => new ColumnExpression(i, f.Type))];
        int width = columns.Count;
        var keys = new List<int>();
        foreach (BoundExpression key in left)
        {
            int index = columns.IndexOf(key);
            keys.Add(index < 0 ? columns.Count : index);
            columns.AddRange(index < 0 ? [key] : []);
        }

        LogicalPlan input = _plan;
        if (columns.Count > width)
        {
            IEnumerable<SqlField> added = columns.Skip(width).Select((c, i) => new SqlField($"key{width + i}", c.Type));
            input = new ProjectPlan(input, ValueList.From(columns), ValueList.From(input.Fields.Concat(added)));
        }

        ValueList<SqlField> rightFields = ValueList.From(matches.Select((m, i) => new SqlField($"key{i}", m.Type)));
        SqlField[] mark = kind == SemiJoinKind.Mark
            ? [new SqlField($"mark{input.Fields.Count}", SqlType.Boolean.WithNullable(isNullAware))] : [];
        _plan = new SemiJoinPlan(
            input, new ProjectPlan(right, ValueList.From(matches), rightFields), kind, ValueList.From(keys),
            ValueList.From(Enumerable.Range(0, matches.Count)), isNullAware, [.. input.Fields, .. mark]);
    }

    private static ColumnExpression Column(Relation relation, int column) => new(column, relation.Plan.Fields[column].Type);

    /// <summary>Binds a query by itself, or else with its equalities with the outer query taken out; null after a report.</summary>
    private Right? BindRight(Query query, bool isMembership)
    {
        Relation? alone = _diagnostics.Try(() => new QueryBinder(context, common).Bind(query));
        if (alone is not null)
        {
            return new Right(alone, [], alone.Columns.Count);
        }

        if (query is { With.Count: 0, Offset: null, Limit: null, Body: SelectBody { From: not null, Where: not null } select }
            && select is { GroupBy: null, Having: null, Qualify: null }
            && !select.Items.OfType<ExpressionItem>().Any(i => SyntaxTree.HasAggregate(i.Expression))
            && _diagnostics.Try(() => new TableBinder(context, common).Bind(select.From)) is { } inner)
        {
            return Correlate(query, select, inner, isMembership);
        }

        return Report(query);
    }

    private Right? Correlate(Query query, SelectBody select, Relation inner, bool isMembership)
    {
        var kept = new List<Ast.Expression>();
        var innerKeys = new List<Ast.Expression>();
        var outerKeys = new List<BoundExpression>();
        var innerBinder = new ExpressionBinder(_diagnostics, inner, "WHERE");
        var both = new ExpressionBinder(
            _diagnostics, new Relation(inner.Plan, [.. inner.Columns, .. outer.Columns]), "WHERE");
        foreach (Ast.Expression conjunct in Conjuncts(select.Where!))
        {
            if (HasSubquery(conjunct) || Bound(innerBinder, conjunct) is not null)
            {
                kept.Add(conjunct);
                continue;
            }

            if (conjunct is Ast.BinaryExpression { Operator: Ast.BinaryOperator.Equal } equal
                && ((Bound(innerBinder, equal.Left), Bound(_outerBinder, equal.Right)) is (not null, { } right)
                    ? (equal.Left, right)
                    : (Bound(innerBinder, equal.Right), Bound(_outerBinder, equal.Left)) is (not null, { } left)
                        ? (equal.Right, left) : default) is { Item1: not null } pair)
            {
                innerKeys.Add(pair.Item1);
                outerKeys.Add(pair.Item2);
                continue;
            }

            if (Bound(both, conjunct) is null)
            {
                return Report(query);
            }

            _diagnostics.Report(
                PlannerErrors.NotSupported, conjunct.Span, null, "A query that refers to the outer one by more than equality");
            return null;
        }

        Ast.Expression? where = kept.Count switch
        {
            0 => null,
            1 => kept[0],
            _ => new Ast.LogicalExpression(Ast.LogicalOperator.And, [.. kept]) { Span = select.Where!.Span },
        };
        SelectItem[] keys = [.. innerKeys.Select(k => new ExpressionItem(k, null) { Span = k.Span })];
        SelectBody body = select with
        {
            Items = [.. isMembership ? select.Items : [], .. keys],
            Where = where,
            IsDistinct = false,
        };
        Relation relation = new QueryBinder(context, common).Bind(query with { Body = body, OrderBy = [] });
        return new Right(relation, outerKeys, relation.Columns.Count - keys.Length);
    }

    private BoundExpression? Bound(ExpressionBinder binder, Ast.Expression expression) =>
        _diagnostics.Try(() => binder.Bind(expression));

    /// <summary>Binds a query that is known to be wrong, so that it says what is.</summary>
    private Right? Report(Query query)
    {
        int before = _diagnostics.Failures;
        new QueryBinder(context, common).Bind(query);
        if (_diagnostics.Failures == before)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, query.Span, null, "This query in a condition");
        }

        return null;
    }
}
