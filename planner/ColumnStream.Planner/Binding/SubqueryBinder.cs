using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds queries inside expressions: values, EXISTS, IN, ANY and ALL; they may refer to every query around them.</summary>
/// <param name="scope">What is in sight.</param>
/// <param name="outer">Binds the expression that the query stands in.</param>
internal sealed class SubqueryBinder(QueryScope scope, ExpressionBinder outer)
{
    private readonly DiagnosticBag _diagnostics = scope.Context.Diagnostics;

    /// <summary>Tells whether an expression asks a query.</summary>
    public static bool HasSubquery(Ast.Expression expression) =>
        expression is Ast.ExistsExpression or Ast.InQueryExpression or Ast.SubqueryExpression or Ast.QuantifiedExpression
        || SyntaxTree.Children(expression).Any(HasSubquery);

    /// <summary>Binds an expression that asks a query; null for any other.</summary>
    public BoundExpression? Bind(Ast.Expression expression) => expression switch
    {
        Ast.SubqueryExpression scalar => BindScalar(scalar),
        Ast.ExistsExpression exists => BindExists(exists),
        Ast.InQueryExpression membership => BindMembership(membership),
        Ast.QuantifiedExpression quantified => BindQuantified(quantified),
        _ => null,
    };

    /// <summary>Binds a query that sees the columns of the one around it.</summary>
    public static (Relation Relation, Correlation Outer) Bind(Query query, QueryScope scope, ExpressionBinder outer)
    {
        var correlation = new Correlation(outer, scope.Context.Outer);
        Relation relation = new QueryBinder(scope.Context with { Outer = correlation }, scope.Common).Bind(query);
        return (relation, correlation);
    }

    private BoundExpression BindScalar(Ast.SubqueryExpression scalar)
    {
        (Relation right, Correlation correlation) = Bind(scalar.Query, scope, outer);
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

        SqlType type = right.Plan.Fields[0].Type;
        return TypeBinder.IsError(type) ? LiteralBinder.Error : Make(
            SubqueryKind.Scalar, correlation, [], right.Plan, scalar.Span, type.Materialized().WithNullable(true));
    }

    private BoundExpression BindExists(Ast.ExistsExpression exists)
    {
        (Relation right, Correlation correlation) = Bind(exists.Query, scope, outer);
        return right.IsBroken ? LiteralBinder.Error : Make(
            SubqueryKind.Exists, correlation, [], right.Plan, exists.Span, SqlType.Boolean.WithNullable(false));
    }

    private BoundExpression BindMembership(Ast.InQueryExpression membership)
    {
        Ast.Expression[] values = membership.Operand is Ast.RowConstructor row ? [.. row.Elements] : [membership.Operand];
        BoundExpression[] operands = [.. values.Select(outer.Bind)];
        (Relation right, Correlation correlation) = Bind(membership.Query, scope, outer);
        if (right.IsBroken || operands.Any(o => TypeBinder.IsError(o.Type)))
        {
            return LiteralBinder.Error;
        }

        // A row compares with one column of rows, or with as many columns as it has fields.
        if (right.Columns.Count == 1 && operands.Length > 1 && right.Columns[0].Type.Id == SqlTypeId.Row)
        {
            operands = [outer.Bind(membership.Operand)];
        }

        if (right.Columns.Count != operands.Length)
        {
            _diagnostics.Report(
                PlannerErrors.ColumnCount, membership.Query.Span, null, "Query of IN", right.Columns.Count, operands.Length);
            return LiteralBinder.Error;
        }

        if (Compare(operands, right.Plan, membership.Span) is not { } plan)
        {
            return LiteralBinder.Error;
        }

        bool isNullable = operands.Any(o => o.Type.Nullable) || plan.Fields.Any(f => f.Type.Nullable);
        SubqueryExpression found = Make(
            SubqueryKind.In, correlation, operands, plan, membership.Span, SqlType.Boolean.WithNullable(isNullable));
        return membership.IsNegated ? outer.Calls.Operator("NOT", [found], membership.Span) : found;
    }

    private BoundExpression BindQuantified(Ast.QuantifiedExpression quantified)
    {
        bool isAll = quantified.Quantifier == Ast.Quantifier.All;
        switch (quantified.Operator)
        {
            case Ast.BinaryOperator.Equal when !isAll:
                return BindMembership(new Ast.InQueryExpression(quantified.Operand, quantified.Query, IsNegated: false)
                {
                    Span = quantified.Span,
                });
            case Ast.BinaryOperator.NotEqual when isAll:
                return BindMembership(new Ast.InQueryExpression(quantified.Operand, quantified.Query, IsNegated: true)
                {
                    Span = quantified.Span,
                });
        }

        BoundExpression[] operands = [outer.Bind(quantified.Operand)];
        (Relation right, Correlation correlation) = Bind(quantified.Query, scope, outer);
        if (right.IsBroken || TypeBinder.IsError(operands[0].Type))
        {
            return LiteralBinder.Error;
        }

        string name = isAll ? "ALL" : "ANY";
        if (right.Columns.Count != 1)
        {
            _diagnostics.Report(
                PlannerErrors.ColumnCount, quantified.Query.Span, null, $"Query of {name}", right.Columns.Count, 1);
            return LiteralBinder.Error;
        }

        if (Compare(operands, right.Plan, quantified.Span) is not { } plan)
        {
            return LiteralBinder.Error;
        }

        SqlType type = plan.Fields[0].Type.Materialized();
        if (type.IsNested || AggregateTable.Find("MAX")!.Bind([type]) is null)
        {
            _diagnostics.Report(
                PlannerErrors.NotSupported, quantified.Span, "Compare with = ANY or <> ALL.",
                $"{ExpressionBinder.Symbol(quantified.Operator)} {name} over {type.WithNullable(true)}");
            return LiteralBinder.Error;
        }

        return Make(SubqueryKind.Quantified, correlation, operands, plan, quantified.Span, SqlType.Boolean) with
        {
            Comparison = ExpressionBinder.Symbol(quantified.Operator), IsAll = isAll,
        };
    }

    private SubqueryExpression Make(
        SubqueryKind kind, Correlation correlation, BoundExpression[] operands, LogicalPlan plan, SourceSpan span, SqlType type) =>
        new(
            kind, correlation.Depth, ValueList.From(correlation.Arguments), ValueList.From(operands), string.Empty, IsAll: false,
            plan, span, type)
        {
            Location = _diagnostics.Locate(span),
        };

    /// <summary>Casts operands in place, and the query's columns, to their common types; null after a report.</summary>
    private LogicalPlan? Compare(BoundExpression[] operands, LogicalPlan query, SourceSpan span)
    {
        BoundExpression[] columns = [.. query.Fields.Select((f, i) => new ColumnExpression(i, f.Type))];
        for (int i = 0; i < operands.Length; i++)
        {
            if (TypeBinder.IsError(columns[i].Type))
            {
                return null;
            }

            if (TypeCoercion.CommonType(operands[i].Type, columns[i].Type) is not { } common)
            {
                _diagnostics.Report(
                    PlannerErrors.NoCommonType, span, "Add a CAST.", "Comparison with a query",
                    $"{operands[i].Type.Materialized().WithNullable(true)}, {columns[i].Type.Materialized().WithNullable(true)}");
                return null;
            }

            operands[i] = ExpressionTree.CastTo(operands[i], common);
            columns[i] = ExpressionTree.CastTo(columns[i], common);
        }

        return columns.All(c => c is ColumnExpression) ? query : new ProjectPlan(
            query, ValueList.From(columns),
            ValueList.From(query.Fields.Select((f, i) => f with { Type = columns[i].Type.Materialized() })));
    }
}
