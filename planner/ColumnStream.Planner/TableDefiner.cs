using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Planner;

/// <summary>Makes tables out of others: LIKE, AS and ALTER give a definition, which is printed, read and bound anew.</summary>
/// <remarks>
/// Parts of the definition may come from another text, so its errors are reported at one place of the statement at hand.
/// </remarks>
internal sealed class TableDefiner(BindingContext context)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Binds a whole definition; what is wrong is reported at <paramref name="span"/>, and then null comes back.</summary>
    public CatalogTable? Define(CreateTableStatement definition, ObjectName name, SourceSpan span)
    {
        CreateTableStatement plain = definition with
        {
            Like = null,
            AsQuery = null,
            IfNotExists = false,
            Mode = CreateMode.Create,
            Name = new QualifiedName([new Identifier(name.Catalog), new Identifier(name.Database), new Identifier(name.Name)]),
        };
        ParseResult parsed = SqlParser.Parse(SqlPrinter.Print(plain), _diagnostics.Source.FileName);
        if (parsed is not { IsSuccess: true, Statements: [CreateTableStatement read] })
        {
            throw new InvalidOperationException($"A definition does not read back: {SqlPrinter.Print(plain)}");
        }

        var bag = new DiagnosticBag(parsed.Source);
        CatalogTable? table = new DefinitionBinder(context with { Diagnostics = bag }).Bind(read, name);
        foreach (SqlDiagnostic error in bag.Errors)
        {
            _diagnostics.Add(error with { Span = span });
        }

        return table is null ? null : table with { Location = _diagnostics.Locate(span).ToString(), Definition = read };
    }

    /// <summary>Binds CREATE TABLE ... LIKE.</summary>
    public CatalogTable? DefineLike(CreateTableStatement statement, ObjectName name)
    {
        LikeClause like = statement.Like!;
        CatalogObject? found = new TableBinder(context, null).Find(like.Table);
        if (found is CatalogView or CatalogTable { Definition: null })
        {
            _diagnostics.Report(
                PlannerErrors.WrongObject, like.Table.Span, null, like.Table.ToDisplayString(),
                found is CatalogView ? "view" : "system table", "table");
        }

        return found is CatalogTable { Definition: { } source }
            && new TableMerger(_diagnostics, like).Merge(source, statement) is { } merged
            ? Define(merged, name, statement.Name.Span)
            : null;
    }

    /// <summary>Binds CREATE TABLE ... AS, and gives the INSERT of its query.</summary>
    public CatalogTable? DefineAs(CreateTableStatement statement, ObjectName name, out InsertStatement? insert)
    {
        insert = null;
        int before = _diagnostics.Failures;
        Relation query = new QueryBinder(context).Bind(statement.AsQuery!);
        if (query.IsBroken || _diagnostics.Failures > before)
        {
            return null;
        }

        Dictionary<string, ColumnDefinition> fromQuery = new(StringComparer.Ordinal);
        foreach (ScopeColumn column in query.Columns)
        {
            var identifier = new Identifier(column.Name);
            if (!fromQuery.TryAdd(column.Name, new PhysicalColumn(identifier, SyntaxOf(column.Type), null)))
            {
                _diagnostics.Report(
                    PlannerErrors.ColumnDuplicate, statement.AsQuery!.Span, "Give one of them another name.", column.Name);
                return null;
            }
        }

        if (Columns(statement, fromQuery) is not { } columns)
        {
            return null;
        }

        insert = new InsertStatement(
            statement.Name,
            [.. query.Columns.Select(c => new Identifier(c.Name) { Span = statement.Name.Span })],
            statement.AsQuery!)
        {
            Span = statement.Span,
        };
        return Define(statement with { Columns = [.. columns] }, name, statement.Name.Span);
    }

    private static TypeSyntax SyntaxOf(Compute.Types.SqlType type)
    {
        ParseResult parsed = SqlParser.Parse($"CREATE TABLE t (c {type.Materialized()})");
        return parsed is { IsSuccess: true, Statements: [CreateTableStatement { Columns: [PhysicalColumn column] }] }
            ? column.Type
            : throw new InvalidOperationException($"A type does not read back: {type}");
    }

    /// <summary>Lays out declared columns, then those of the query; a declared type replaces that of the query.</summary>
    private List<ColumnDefinition>? Columns(CreateTableStatement statement, Dictionary<string, ColumnDefinition> fromQuery)
    {
        List<ColumnDefinition> columns = [];
        bool isOrder = statement.Columns.Any(column => column is UntypedColumn);
        foreach (ColumnDefinition column in statement.Columns)
        {
            if (isOrder && (column is not UntypedColumn || !fromQuery.ContainsKey(column.Name.Value)))
            {
                _diagnostics.Report(
                    PlannerErrors.ColumnNotFound, column.Name.Span,
                    "Names without types put the columns of the query into another order.", column.Name.Value);
                return null;
            }

            if (isOrder)
            {
                columns.Add(fromQuery[column.Name.Value]);
            }
            else if (column is PhysicalColumn && fromQuery.ContainsKey(column.Name.Value))
            {
                fromQuery[column.Name.Value] = column;
            }
            else
            {
                columns.Add(column);
            }
        }

        if (isOrder && columns.Count != fromQuery.Count)
        {
            _diagnostics.Report(
                PlannerErrors.ColumnCount, statement.Name.Span, null, "Column list", columns.Count, fromQuery.Count);
            return null;
        }

        columns.AddRange(isOrder ? [] : fromQuery.Values);
        return columns;
    }
}
