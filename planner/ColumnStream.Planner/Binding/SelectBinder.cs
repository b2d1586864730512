using System;
using System.Collections.Generic;
using System.Globalization;
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
using SortKey = ColumnStream.Engine.Operators.SortKey;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds one SELECT with its order and limit.</summary>
internal sealed class SelectBinder(BindingContext context, CommonTables? common)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    private sealed record Item(BoundExpression Expression, ScopeColumn Column, Ast.Expression? Syntax);

    /// <summary>Binds a SELECT; FROM first, then WHERE, GROUP BY, HAVING, the list, DISTINCT and ORDER BY.</summary>
    public Relation Bind(SelectBody select, EquatableArray<OrderItem> orderBy, long offset, long count)
    {
        Relation input = select.From is null ? OneRow() : new TableBinder(context, common).Bind(select.From);
        QueryHints hints = QueryHints.Bind(select.Hints, input, _diagnostics);
        var scope = new QueryScope(context, common);
        input = input with { Scope = scope };
        Ast.Expression? condition = select.Where;
        if (JoinFinisher.IsOpen(input))
        {
            (input, condition) = new JoinFinisher(context, hints).Finish(select, input);
            input = input with { Scope = scope };
        }

        if (condition is not null)
        {
            var where = new ExpressionBinder(_diagnostics, input, "WHERE");
            input = Filter(input, where.BindCondition(condition, "Condition of WHERE"), "WHERE", condition.Span);
        }

        bool isGrouped = select.GroupBy is not null || select.Having is not null
            || select.Items.OfType<ExpressionItem>().Any(item => SyntaxTree.HasAggregate(item.Expression))
            || orderBy.Any(item => SyntaxTree.HasAggregate(item.Expression))
            || (select.Qualify is not null && SyntaxTree.HasAggregate(select.Qualify));
        var over = new OverBinder(_diagnostics, select.Windows);
        if (isGrouped)
        {
            return BindGrouped(select, input, over, hints, orderBy, offset, count);
        }

        var inner = new ExpressionBinder(_diagnostics, input, "OVER");
        ExpressionBinder For(string clause) => new(_diagnostics, input, clause) { Intercept = e => over.Intercept(e, inner) };
        return Finish(
            select, BindItems(select, input, For("SELECT")), For, over, orderBy, offset, count, () => input);
    }

    /// <summary>Sorts and limits a relation by its output columns.</summary>
    public Relation Order(Relation relation, EquatableArray<OrderItem> orderBy, long offset, long count)
    {
        Item[] items = [.. relation.Columns.Select(
            (c, i) => new Item(new ColumnExpression(i, c.Type), c, null))];
        if (orderBy.IsEmpty)
        {
            return Limit(relation, offset, count);
        }

        var keys = new List<SortKey>();
        foreach (OrderItem order in orderBy)
        {
            int column = OutputColumn(order.Expression, items);
            if (column < 0)
            {
                BoundExpression bound = new ExpressionBinder(_diagnostics, relation, "ORDER BY").Bind(order.Expression);
                if (bound is ColumnExpression plain)
                {
                    column = plain.Index;
                }
                else if (!TypeBinder.IsError(bound.Type))
                {
                    _diagnostics.Report(
                        PlannerErrors.NotSupported, order.Expression.Span, "Order by a column of the result.",
                        "ORDER BY an expression here");
                }
            }

            if (column >= 0 && HasOrder(order, relation.Columns[column].Type))
            {
                keys.Add(Key(order, column));
            }
        }

        return keys.Count == 0 ? relation
            : relation with { Plan = new SortPlan(relation.Plan, ValueList.From(keys), offset, count) };
    }

    /// <summary>Reports values that have no order: arrays, maps, multisets and rows.</summary>
    private bool HasOrder(OrderItem order, SqlType type)
    {
        if (type.IsNested)
        {
            _diagnostics.Report(
                PlannerErrors.NotSupported, order.Expression.Span, "Order by a part of it.",
                $"ORDER BY of type {type.WithNullable(true)}");
        }

        return !type.IsNested;
    }

    /// <summary>Makes rows distinct: an aggregation by all columns without aggregates.</summary>
    public static Relation Distinct(Relation relation, SourceLocation place)
    {
        ScopeColumn[] columns = Lose(relation.Columns, $"DISTINCT at {place}");
        var plan = new AggregatePlan(
            relation.Plan, ValueList.From(Enumerable.Range(0, columns.Length)), default, Relation.FieldsOf(columns));
        return relation with { Plan = plan, Columns = columns };
    }

    /// <summary>Keeps the rows that meet a condition; behind a query in it, time attributes are ordinary values.</summary>
    private Relation Filter(Relation input, BoundExpression condition, string clause, SourceSpan span)
    {
        if (TypeBinder.IsError(condition.Type) || input.IsBroken)
        {
            return input;
        }

        Relation filtered = input with { Plan = SubqueryPlanner.Filter(input.Plan, condition, _diagnostics) };
        return ExpressionTree.Has<SubqueryExpression>(condition)
            ? filtered with { Columns = Lose(input.Columns, $"the query in {clause} at {_diagnostics.Locate(span)}") } : filtered;
    }

    private static ScopeColumn[] Lose(IReadOnlyList<ScopeColumn> columns, string by) =>
        [.. columns.Select(c => c.Ordinary($"{by} makes it an ordinary value"))];

    private static Relation OneRow() => new(new ValuesPlan([new ValuesRow(default)], default), []);

    private static Relation Limit(Relation relation, long offset, long count) =>
        offset == 0 && count < 0 ? relation : relation with { Plan = new LimitPlan(relation.Plan, offset, count) };

    private Relation BindGrouped(
        SelectBody select,
        Relation input,
        OverBinder over,
        QueryHints hints,
        EquatableArray<OrderItem> orderBy,
        long offset,
        long count)
    {
        List<List<Ast.Expression>> sets = BindKeys(select, input);
        var window = GroupWindowBinder.Bind(context, input, sets);
        input = window?.Input ?? input;
        var aggregates = new AggregateBinder(_diagnostics, input, window?.Sets ?? sets);
        ExpressionBinder inner = aggregates.For("OVER", e => window?.Intercept(e, aggregates));
        ExpressionBinder For(string clause) => aggregates.For(
            clause, e => window?.Intercept(e, aggregates) ?? over.Intercept(e, inner));
        List<Item> items = BindItems(select, input, For("SELECT"), isGrouped: true);
        BoundExpression? having = select.Having is null
            ? null : aggregates.For("HAVING").BindCondition(select.Having, "Condition of HAVING");
        return Finish(
            select, items, For, over, orderBy, offset, count,
            () => having is null ? hints.Apply(aggregates.Build())
                : Filter(hints.Apply(aggregates.Build()), having, "HAVING", select.Having!.Span));
    }

    /// <summary>Returns the grouping sets with what positions and aliases stand for; both are reported.</summary>
    private List<List<Ast.Expression>> BindKeys(SelectBody select, Relation input)
    {
        var known = new Dictionary<Ast.Expression, Ast.Expression?>();
        List<List<Ast.Expression>> sets = GroupingSetList.Of(select.GroupBy, _diagnostics);
        return [.. sets.Select(set => set.Select(key =>
        {
            if (!known.TryGetValue(key, out Ast.Expression? bound))
            {
                bound = key is Ast.ExactNumericLiteral position ? Position(select, position) : Alias(select, input, key) ?? key;
                known.Add(key, bound);
            }

            return bound;
        }).OfType<Ast.Expression>().ToList())];
    }

    private Ast.Expression? Position(SelectBody select, Ast.ExactNumericLiteral position)
    {
        _diagnostics.Report(
            PlannerErrors.NotSupported, position.Span, "Repeat the expression of SELECT.", "A position in GROUP BY");
        int item = position.Scale == 0 && position.Unscaled <= select.Items.Count ? (int)position.Unscaled - 1 : -1;
        return item >= 0 && select.Items[item] is ExpressionItem meant && !SyntaxTree.HasAggregate(meant.Expression)
            ? meant.Expression : null;
    }

    /// <summary>Explains that GROUP BY does not see aliases, and goes on with what the alias stands for.</summary>
    private Ast.Expression? Alias(SelectBody select, Relation input, Ast.Expression key)
    {
        if (key is not Ast.ColumnReference { Parts.Count: 1 } reference
            || input.IsBroken || input.Columns.Any(c => c.Name == reference.Parts[0].Value))
        {
            return null;
        }

        ExpressionItem? item = select.Items.OfType<ExpressionItem>()
            .FirstOrDefault(i => i.Alias?.Value == reference.Parts[0].Value);
        if (item is null)
        {
            return null;
        }

        _diagnostics.Report(
            PlannerErrors.ColumnNotFound, key.Span,
            $"GROUP BY does not see aliases of SELECT: write {_diagnostics.Source.GetText(item.Expression.Span)}.",
            reference.Parts[0].Value);
        return SyntaxTree.HasAggregate(item.Expression) ? null : item.Expression;
    }

    private List<Item> BindItems(SelectBody select, Relation input, ExpressionBinder binder, bool isGrouped = false)
    {
        List<Item> items = [];
        foreach (SelectItem item in select.Items)
        {
            if (item is StarItem { Qualifier: { } path } && binder.Names.ResolveRow(path) is { } row)
            {
                BindFields(items, row, path, binder);
                continue;
            }

            if (item is StarItem star)
            {
                foreach (int index in binder.Names.Expand(star.Qualifier, star.Span))
                {
                    ScopeColumn column = input.Columns[index];
                    Ast.Expression? name = isGrouped
                        ? new Ast.ColumnReference([.. Parts(column)]) { Span = star.Span } : null;
                    BoundExpression bound = name is null ? new ColumnExpression(index, column.Type) : binder.Bind(name);
                    items.Add(new Item(bound, column with { Qualifier = null, Type = bound.Type }, name));
                }

                continue;
            }

            var expression = (ExpressionItem)item;
            items.Add(BindItem(expression, input, binder, items.Count, isGrouped));
        }

        return Unique(items);
    }

    /// <summary>Makes a column of each direct field of a row, under the field's own name.</summary>
    private void BindFields(List<Item> items, BoundExpression row, Sql.Ast.QualifiedName path, ExpressionBinder binder)
    {
        if (TypeBinder.IsError(row.Type))
        {
            items.Add(new Item(row, new ScopeColumn(null, path.Last.Value, row.Type), null));
            return;
        }

        if (row.Type.Id != SqlTypeId.Row)
        {
            _diagnostics.Report(PlannerErrors.FieldNotFound, path.Span, null, "*", row.Type);
            return;
        }

        foreach (SqlField field in row.Type.Fields)
        {
            var name = new Ast.ColumnReference([.. path.Parts, new Sql.Ast.Identifier(field.Name)]) { Span = path.Span };
            BoundExpression bound = binder.Bind(name);
            items.Add(new Item(bound, new ScopeColumn(null, field.Name, bound.Type), name));
        }
    }

    private static IEnumerable<Sql.Ast.Identifier> Parts(ScopeColumn column) => column.Qualifier is null
        ? [new Sql.Ast.Identifier(column.Name)]
        : [new Sql.Ast.Identifier(column.Qualifier), new Sql.Ast.Identifier(column.Name)];

    private Item BindItem(
        ExpressionItem item, Relation input, ExpressionBinder binder, int position, bool isGrouped)
    {
        BoundExpression bound = binder.Bind(item.Expression);
        string name = item.Alias?.Value ?? item.Expression switch
        {
            Ast.ColumnReference reference => reference.Parts[^1].Value,
            Ast.FieldAccess access => access.Field.Value,
            _ => "EXPR$" + position.ToString(CultureInfo.InvariantCulture),
        };
        if (bound is ColumnExpression plain && !isGrouped && !OverBinder.IsOver(plain))
        {
            ScopeColumn source = input.Columns[plain.Index];
            return new Item(bound, source with { Qualifier = null, Name = name, Type = bound.Type }, item.Expression);
        }

        SqlType type = bound is ColumnExpression || bound.Type.TimeAttribute == TimeAttribute.Proctime
            ? bound.Type : bound.Type.Materialized();
        string? lost = !isGrouped && type.IsTimestamp && type.TimeAttribute == TimeAttribute.None
            ? LostBy(bound, input, item.Expression) : null;
        return new Item(bound, new ScopeColumn(null, name, type, lost), item.Expression);
    }

    private string? LostBy(BoundExpression bound, Relation input, Ast.Expression syntax)
    {
        foreach (int column in ExpressionTree.ColumnsOf(bound))
        {
            if (column < input.Columns.Count && input.Columns[column].Type.TimeAttribute != TimeAttribute.None)
            {
                return $"'{_diagnostics.Source.GetText(syntax.Span)}' at {_diagnostics.Locate(syntax.Span)}"
                    + $" computes it from '{input.Columns[column].Name}'";
            }
        }

        return null;
    }

    /// <summary>Gives columns of one name different ones: a, a0, a1.</summary>
    private static List<Item> Unique(List<Item> items)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < items.Count; i++)
        {
            string name = items[i].Column.Name;
            for (int n = 0; !names.Add(name); n++)
            {
                name = items[i].Column.Name + n.ToString(CultureInfo.InvariantCulture);
            }

            items[i] = items[i] with { Column = items[i].Column with { Name = name } };
        }

        return items;
    }

    private Relation Finish(
        SelectBody select,
        List<Item> items,
        Func<string, ExpressionBinder> binderFor,
        OverBinder over,
        EquatableArray<OrderItem> orderBy,
        long offset,
        long count,
        Func<Relation> build)
    {
        List<BoundExpression> expressions = [.. items.Select(i => i.Expression)];
        List<ScopeColumn> columns = [.. items.Select(i => i.Column)];
        List<SortKey> keys = select.IsDistinct ? [] : BindOrder(items, orderBy, binderFor("ORDER BY"), expressions, columns);
        BoundExpression? qualify = BindQualify(select, items, binderFor("QUALIFY"));
        if (qualify is not null)
        {
            expressions.Add(qualify);
        }

        Relation below = over.Build(build(), expressions);
        if (qualify is not null)
        {
            below = Filter(below, expressions[^1], "QUALIFY", select.Qualify!.Span);
            expressions.RemoveAt(expressions.Count - 1);
        }

        // Written columns are known by name whatever is wrong below; only a star over something broken is not.
        bool isBroken = below.IsBroken && select.Items.Any(item => item is StarItem);
        if (expressions.Any(ExpressionTree.Has<SubqueryExpression>))
        {
            columns = [.. Lose(columns, $"the query in SELECT at {_diagnostics.Locate(select.Span)}")];
        }

        LogicalPlan project = SubqueryPlanner.Project(below.Plan, expressions, Relation.FieldsOf(columns), _diagnostics);
        var result = new Relation(project, columns, isBroken);
        if (select.IsDistinct)
        {
            result = Distinct(result, _diagnostics.Locate(select.Span));
            return Order(result, orderBy, offset, count);
        }

        if (keys.Count == 0)
        {
            return Limit(result, offset, count);
        }

        LogicalPlan sorted = new SortPlan(project, ValueList.From(keys), offset, count);
        if (columns.Count == items.Count)
        {
            return result with { Plan = sorted };
        }

        ScopeColumn[] visible = [.. columns.Take(items.Count)];
        var cut = new ProjectPlan(
            sorted, ValueList.From(visible.Select((c, i) => (BoundExpression)new ColumnExpression(i, c.Type))),
            Relation.FieldsOf(visible));
        return new Relation(cut, visible, isBroken);
    }

    /// <summary>Binds QUALIFY, which sees the names of the result where the input has none like them.</summary>
    private BoundExpression? BindQualify(SelectBody select, List<Item> items, ExpressionBinder binder)
    {
        if (select.Qualify is not { } condition)
        {
            return null;
        }

        Func<Ast.Expression, BoundExpression?>? next = binder.Intercept;
        var named = new ExpressionBinder(_diagnostics, binder.Names.Relation, "QUALIFY")
        {
            Intercept = e => e is Ast.ColumnReference { Parts.Count: 1 } name
                && !binder.Names.Relation.Columns.Any(c => c.Name == name.Parts[0].Value)
                && items.Find(i => i.Column.Name == name.Parts[0].Value) is { } item ? item.Expression : next?.Invoke(e),
        };
        BoundExpression bound = named.BindCondition(condition, "Condition of QUALIFY");
        return TypeBinder.IsError(bound.Type) ? null : bound;
    }

    /// <summary>Binds sort keys: positions and aliases first, then expressions, which become hidden columns.</summary>
    private List<SortKey> BindOrder(
        List<Item> items,
        EquatableArray<OrderItem> orderBy,
        ExpressionBinder binder,
        List<BoundExpression> expressions,
        List<ScopeColumn> columns)
    {
        List<SortKey> keys = [];
        foreach (OrderItem order in orderBy)
        {
            int column = OutputColumn(order.Expression, items);
            if (column == -1)
            {
                BoundExpression bound = binder.Bind(order.Expression);
                if (TypeBinder.IsError(bound.Type))
                {
                    continue;
                }

                column = expressions.IndexOf(bound);
                if (column < 0)
                {
                    column = expressions.Count;
                    expressions.Add(bound);
                    columns.Add(new ScopeColumn(
                        null, $"order{column}", bound is ColumnExpression ? bound.Type : bound.Type.Materialized()));
                }
            }

            if (column >= 0 && HasOrder(order, columns[column].Type))
            {
                keys.Add(Key(order, column));
            }
        }

        return keys;
    }

    /// <summary>Finds what ORDER BY names in the result: -1 for nothing, -2 after a report.</summary>
    private int OutputColumn(Ast.Expression expression, IReadOnlyList<Item> items)
    {
        if (expression is Ast.ExactNumericLiteral { Scale: 0 } position)
        {
            if (position.Unscaled >= 1 && position.Unscaled <= items.Count)
            {
                return (int)position.Unscaled - 1;
            }

            _diagnostics.Report(PlannerErrors.OrdinalRange, expression.Span, null, position.Unscaled, items.Count);
            return -2;
        }

        if (expression is Ast.ColumnReference { Parts.Count: 1 } reference)
        {
            for (int i = 0; i < items.Count; i++)
            {
                if (items[i].Column.Name == reference.Parts[0].Value)
                {
                    return i;
                }
            }
        }

        for (int i = 0; i < items.Count; i++)
        {
            if (items[i].Syntax is { } syntax && syntax.Equals(expression))
            {
                return i;
            }
        }

        return -1;
    }

    private static SortKey Key(OrderItem order, int column) => new(
        column, order.IsDescending, order.Nulls == NullOrder.First || (order.Nulls == NullOrder.Default && !order.IsDescending));
}
