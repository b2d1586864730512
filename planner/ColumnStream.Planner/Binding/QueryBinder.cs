using System.Linq;
using ColumnStream.Planner.Errors;
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
        ValuesBody values => new ValuesBinder(Diagnostics, new QueryScope(_context, _common)).Bind(values),
        TableBody table => new TableBinder(_context, _common).Bind(new NamedTable(table.Name) { Span = table.Span }),
        SetOperation operation => new SetOperationBinder(Diagnostics).Bind(
            operation, BindBody(operation.Left), BindBody(operation.Right)),
        _ => NotSupported(body.Span, "This query"),
    };

    private (long Offset, long Count) BindRange(Query query) =>
        (query.Offset is null ? 0 : BindCount(query.Offset, "OFFSET", 0),
            query.Limit is null ? -1 : BindCount(query.Limit, "LIMIT", -1));

    private long BindCount(Ast.Expression expression, string what, long otherwise)
    {
        if (expression is Ast.ExactNumericLiteral { Scale: 0 } number && number.Unscaled <= long.MaxValue)
        {
            return (long)number.Unscaled;
        }

        if (expression is Ast.DynamicParameter parameter && _context.Parameters?.GetCount(parameter.Index) is { } given)
        {
            return given;
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
