using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints CREATE of what is no plain table, and DROP.</summary>
internal sealed class DefinitionPrinter(StatementPrinter statements)
{
    private readonly SqlWriter _writer = statements.Writer;

    public static string NameOf(ObjectKind kind) =>
        kind == ObjectKind.MaterializedTable ? "MATERIALIZED TABLE" : kind.ToString().ToUpperInvariant();

    /// <summary>Prints the statement; false when it is of another kind.</summary>
    public bool TryPrint(Statement statement)
    {
        switch (statement)
        {
            case CreateViewStatement view:
                PrintView(view);
                return true;
            case CreateCatalogStatement catalog:
                PrintHead("CREATE CATALOG ", catalog.IfNotExists, catalog.Name);
                _writer.Comment(catalog.Comment);
                statements.PrintOptions(catalog.Options);
                return true;
            case CreateDatabaseStatement database:
                PrintHead("CREATE DATABASE ", database.IfNotExists, database.Name);
                _writer.Comment(database.Comment);
                statements.PrintOptions(database.Options);
                return true;
            case CreateConnectionStatement connection:
                string head = Create(connection.IsTemporary, connection.IsSystem, "CONNECTION ");
                PrintHead(head, connection.IfNotExists, connection.Name);
                _writer.Comment(connection.Comment);
                statements.PrintOptions(connection.Options);
                return true;
            case CreateFunctionStatement function:
                PrintFunction(function);
                return true;
            case CreateModelStatement model:
                PrintModel(model);
                return true;
            case CreateMaterializedTableStatement table:
                PrintMaterializedTable(table);
                return true;
            case DropStatement drop:
                _writer.Add("DROP ").AddIf(drop.IsTemporary, "TEMPORARY ").AddIf(drop.IsSystem, "SYSTEM ");
                _writer.Add(NameOf(drop.Kind)).Add(" ").AddIf(drop.IfExists, "IF EXISTS ").Name(drop.Name);
                _writer.AddIf(drop.IsCascade, " CASCADE");
                return true;
            default:
                return false;
        }
    }

    private static string Create(bool isTemporary, bool isSystem, string kind) =>
        $"CREATE {(isTemporary ? "TEMPORARY " : "")}{(isSystem ? "SYSTEM " : "")}{kind}";

    private void PrintHead(string words, bool ifNotExists, QualifiedName name) =>
        _writer.Add(words).AddIf(ifNotExists, "IF NOT EXISTS ").Name(name);

    private void PrintView(CreateViewStatement view)
    {
        _writer.Add("CREATE ").AddIf(view.IsOrReplace, "OR REPLACE ").AddIf(view.IsTemporary, "TEMPORARY ");
        PrintHead("VIEW ", view.IfNotExists, view.Name);
        if (!view.Columns.IsEmpty)
        {
            _writer.Add(" ").Names(view.Columns);
        }

        _writer.Comment(view.Comment).Add(" AS ");
        statements.Queries.Print(view.Query);
    }

    private void PrintFunction(CreateFunctionStatement function)
    {
        PrintHead(Create(function.IsTemporary, function.IsSystem, "FUNCTION "), function.IfNotExists, function.Name);
        _writer.Add(" AS ").String(function.ClassName.Value);
        if (function.Language is { } language)
        {
            _writer.Add(" LANGUAGE ").Name(language);
        }

        if (!function.Resources.IsEmpty)
        {
            _writer.Add(" USING ").List(function.Resources, PrintResource);
        }

        statements.PrintOptions(function.Options);
    }

    private void PrintResource(FunctionResource resource) => _writer.Name(resource.Kind).Add(" ").String(resource.Path.Value);

    private void PrintModel(CreateModelStatement model)
    {
        PrintHead(Create(model.IsTemporary, isSystem: false, "MODEL "), model.IfNotExists, model.Name);
        CreateTablePrinter tables = new(_writer);
        if (!model.Input.IsEmpty)
        {
            _writer.Add(" INPUT (").List(model.Input, tables.PrintColumn).Add(")");
        }

        if (!model.Output.IsEmpty)
        {
            _writer.Add(" OUTPUT (").List(model.Output, tables.PrintColumn).Add(")");
        }

        _writer.Comment(model.Comment);
        statements.PrintOptions(model.Options);
        if (model.AsQuery is { } query)
        {
            _writer.Add(" AS ");
            statements.Queries.Print(query);
        }
    }

    private void PrintMaterializedTable(CreateMaterializedTableStatement statement)
    {
        CreateTablePrinter tables = new(_writer);
        _writer.Add("CREATE ").AddIf(statement.IsOrAlter, "OR ALTER ").Add("MATERIALIZED TABLE ");
        tables.PrintHead(statement.Table);
        if (statement.Freshness is { } freshness)
        {
            _writer.Add(" FRESHNESS = ");
            statements.Queries.Expressions.Print(freshness, Parsing.Precedence.Range + 1);
        }

        if (statement.RefreshMode != RefreshMode.Default)
        {
            _writer.Add(" REFRESH_MODE = ").Add(statement.RefreshMode.ToString().ToUpperInvariant());
        }

        if (statement.StartMode is { } start)
        {
            _writer.Add(" START_MODE = ").Name(start.Kind);
            if (start.Value is { } value)
            {
                _writer.Add("(");
                statements.Queries.Expressions.Print(value);
                _writer.Add(")");
            }
        }

        tables.PrintQuery(statement.Table);
    }
}
