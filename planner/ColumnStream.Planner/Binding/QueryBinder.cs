using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds queries: common tables, bodies, order and limit.</summary>
internal sealed class QueryBinder
{
    private readonly BindingContext _context;
    private readonly CommonTables? _common;

    public QueryBinder(BindingContext context, CommonTables? common = null)
    {
        _context = context;
        _common = common;
    }

    private DiagnosticBag Diagnostics => _context.Diagnostics;

    /// <summary>Binds a query; what is wrong is reported, and the relation is then broken or holds error literals.</summary>
    public Relation Bind(Query query)
    {
        CommonTables? common = _common;
        if (query.IsRecursive)
        {
            return NotSupported(query.Span, "WITH RECURSIVE");
        }

        foreach (CommonTable table in query.With)
        {
            Relation relation = new QueryBinder(_context, common).Bind(table.Query);
            common = new CommonTables(table.Name.Value, Rename(relation, table.Columns, table.Span), common);
        }

        var binder = common == _common ? this : new QueryBinder(_context, common);
        (long offset, long count) = binder.BindRange(query);
        if (query.Body is SelectBody select)
        {
            return new SelectBinder(_context, common).Bind(select, query.OrderBy, offset, count);
        }

        Relation body = binder.BindBody(query.Body);
        return new SelectBinder(_context, common).Order(body, query.OrderBy, offset, count);
    }

    /// <summary>Gives the columns of a relation new names.</summary>
    public Relation Rename(Relation relation, EquatableArray<Identifier> names, SourceSpan span)
    {
        if (names.IsEmpty)
        {
            return relation;
        }

        if (names.Count != relation.Columns.Count && !relation.IsBroken)
        {
            Diagnostics.Report(PlannerErrors.ColumnCount, span, null, "Column list", names.Count, relation.Columns.Count);
            return relation with { IsBroken = true };
        }

        return relation with
        {
            Columns = [.. relation.Columns.Select((c, i) => i < names.Count ? c with { Name = names[i].Value } : c)],
        };
    }

    private Relation BindBody(QueryBody body) => body switch
    {
        SelectBody select => new SelectBinder(_context, _common).Bind(select, default, 0, -1),
        NestedQuery nested => Bind(nested.Query),
        ValuesBody values => new ValuesBinder(Diagnostics).Bind(values),
        TableBody table => new TableBinder(_context, _common).Bind(new NamedTable(table.Name) { Span = table.Span }),
        SetOperation operation => BindSetOperation(operation),
        _ => NotSupported(body.Span, "This query"),
    };

    private Relation BindSetOperation(SetOperation operation)
    {
        if (operation.Operator != SetOperator.Union)
        {
            BindBody(operation.Left);
            BindBody(operation.Right);
            return NotSupported(operation.Span, operation.Operator.ToString().ToUpperInvariant());
        }

        Relation left = BindBody(operation.Left);
        Relation right = BindBody(operation.Right);
        if (left.IsBroken || right.IsBroken)
        {
            return left with { IsBroken = true };
        }

        if (left.Columns.Count != right.Columns.Count)
        {
            Diagnostics.Report(
                PlannerErrors.ColumnCount, operation.Right.Span, null, "Right side of UNION", right.Columns.Count,
                left.Columns.Count);
            return left with { IsBroken = true };
        }

        List<ScopeColumn> columns = [];
        for (int i = 0; i < left.Columns.Count; i++)
        {
            columns.Add(UnionColumn(left.Columns[i], right.Columns[i], operation));
        }

        ValueList<SqlField> fields = Relation.FieldsOf(columns);
        LogicalPlan union = new UnionPlan([.. Branches(left, fields), .. Branches(right, fields)], fields);
        bool isBroken = columns.Any(c => TypeBinder.IsError(c.Type));
        return operation.IsAll
            ? new Relation(union, columns, isBroken)
            : SelectBinder.Distinct(new Relation(union, columns, isBroken), Diagnostics.Locate(operation.Span));
    }

    private ScopeColumn UnionColumn(ScopeColumn left, ScopeColumn right, SetOperation operation)
    {
        if (TypeBinder.IsError(left.Type) || TypeBinder.IsError(right.Type))
        {
            return new ScopeColumn(null, left.Name, TypeBinder.ErrorType);
        }

        bool keeps = left.Type.WithNullable(true) == right.Type.WithNullable(true);
        if (TypeCoercion.CommonType(left.Type, right.Type) is not { } common)
        {
            Diagnostics.Report(
                PlannerErrors.NoCommonType, operation.Right.Span, "Add a CAST.", $"Column '{left.Name}' of UNION",
                $"{left.Type.Materialized().WithNullable(true)}, {right.Type.Materialized().WithNullable(true)}");
            return new ScopeColumn(null, left.Name, TypeBinder.ErrorType);
        }

        bool nullable = left.Type.Nullable || right.Type.Nullable;
        string? lost = keeps || (left.Type.TimeAttribute == TimeAttribute.None && right.Type.TimeAttribute == TimeAttribute.None)
            ? left.Lost ?? right.Lost
            : $"UNION at {Diagnostics.Locate(operation.Span)} joins it with another type";
        return new ScopeColumn(
            null, left.Name, keeps ? left.Type.WithNullable(nullable) : common.Materialized(), WindowRole.None, lost);
    }

    /// <summary>Returns the branches of one side, a nested UNION ALL of the same types opened up.</summary>
    private static IEnumerable<LogicalPlan> Branches(Relation side, ValueList<SqlField> fields)
    {
        BoundExpression[] casts = [.. side.Columns.Select((c, i) =>
            ExpressionTree.CastTo(new ColumnExpression(i, side.Plan.Fields[i].Type), fields[i].Type))];
        bool isPlain = casts.All(e => e is ColumnExpression) && side.Columns.Select((c, i) => (c, i)).All(
            p => p.c.Type.TimeAttribute == fields[p.i].Type.TimeAttribute);
        return side.Plan is UnionPlan union && isPlain ? union.Branches
            : isPlain ? [side.Plan]
            : [new ProjectPlan(side.Plan, ValueList.From(casts), ValueList.From(fields.Select(
                (f, i) => f with { Type = f.Type.WithNullable(side.Plan.Fields[i].Type.Nullable) })))];
    }

    private (long Offset, long Count) BindRange(Query query) =>
        (query.Offset is null ? 0 : BindCount(query.Offset, "OFFSET", 0),
            query.Limit is null ? -1 : BindCount(query.Limit, "LIMIT", -1));

    private long BindCount(Ast.Expression expression, string what, long otherwise)
    {
        if (expression is Ast.ExactNumericLiteral { Scale: 0 } number && number.Unscaled <= long.MaxValue)
        {
            return (long)number.Unscaled;
        }

        Diagnostics.Report(
            PlannerErrors.NotConstant, expression.Span, null, what,
            Diagnostics.Source.GetText(expression.Span).ToString());
        return otherwise;
    }

    private Relation NotSupported(SourceSpan span, string what)
    {
        Diagnostics.Report(PlannerErrors.NotSupported, span, null, what);
        return Relation.Broken;
    }
}
