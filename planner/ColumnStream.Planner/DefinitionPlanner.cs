using System.Collections.Generic;
using System.Linq;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Runs CREATE and DROP of tables and views against the catalog.</summary>
internal sealed class DefinitionPlanner(BindingContext context, List<PlannedStatement> planned)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Runs one definition.</summary>
    public void Add(Statement statement)
    {
        switch (statement)
        {
            case CreateTableStatement { Mode: not CreateMode.Create, AsQuery: null } table:
                _diagnostics.Report(
                    PlannerErrors.NotSupported, table.Name.Span, "Add AS and a query, or DROP the table first.",
                    "REPLACE TABLE without AS");
                break;
            case CreateTableStatement table:
                Create(table, table.Name, table.IsTemporary, table.IfNotExists, isReplace: false, "TABLE");
                break;
            case CreateViewStatement view:
                Create(view, view.Name, view.IsTemporary, view.IfNotExists, view.IsOrReplace, "VIEW");
                break;
            case DropStatement drop:
                Drop(drop);
                break;
        }
    }

    /// <summary>Creates the table of CREATE TABLE ... AS and returns the INSERT that fills it; null when it must not run.</summary>
    public InsertStatement? CreateAs(CreateTableStatement statement)
    {
        if (TableBinder.FullName(statement.Name, context) is not { } name)
        {
            return null;
        }

        CatalogObject? known = context.Catalog.Find(name, statement.IsTemporary);
        if (known is not null && statement.IfNotExists)
        {
            Done(statement, $"CREATE TABLE {name.Name} (exists)");
            return null;
        }

        if (statement.IsTemporary)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, statement.Name.Span, null, "CREATE TEMPORARY TABLE AS");
            return null;
        }

        CatalogTable? table = new TableDefiner(context).DefineAs(statement, name, out InsertStatement? insert);
        if (statement.Mode == CreateMode.Replace && known is null)
        {
            _diagnostics.Report(
                PlannerErrors.TableNotFound, statement.Name.Span, "Write CREATE OR REPLACE TABLE.",
                statement.Name.ToDisplayString());
        }
        else if (statement.Mode == CreateMode.Create && known is not null)
        {
            ReportExisting(known, statement.Name);
        }
        else if (table is null)
        {
            context.BrokenObjects.Add(name);
        }
        else
        {
            context.Catalog.Replace(table);
            context.BrokenObjects.Remove(name);
            Done(statement, $"CREATE TABLE {name.Name}");
            return insert;
        }

        return null;
    }

    private void Create(
        Statement statement, QualifiedName written, bool isTemporary, bool ifNotExists, bool isReplace, string kind)
    {
        if (TableBinder.FullName(written, context) is not { } name)
        {
            return;
        }

        CatalogObject? known = context.Catalog.Find(name, isTemporary);
        if (known is not null && ifNotExists)
        {
            Done(statement, $"CREATE {kind} {name.Name} (exists)");
            return;
        }

        CatalogObject? entry = statement switch
        {
            CreateTableStatement { Like: not null } like => new TableDefiner(context).DefineLike(like, name),
            CreateTableStatement table => new DefinitionBinder(context).Bind(table, name),
            _ => new DefinitionBinder(context).Bind((CreateViewStatement)statement, name),
        };
        if (known is not null && !(isReplace && known is CatalogView))
        {
            ReportExisting(known, written);
        }
        else if (entry is null)
        {
            context.BrokenObjects.Add(name);
        }
        else
        {
            context.Catalog.Replace(entry);
            context.BrokenObjects.Remove(name);
            Done(statement, $"CREATE {(isTemporary ? "TEMPORARY " : string.Empty)}{kind} {name.Name}");
        }
    }

    private void ReportExisting(CatalogObject known, QualifiedName written)
    {
        string kind = known is CatalogView ? "VIEW" : "TABLE";
        _diagnostics.Report(
            PlannerErrors.TableExists, written.Span, $"DROP {kind} {known.Name.Name} first, or write IF NOT EXISTS.",
            written.ToDisplayString());
    }

    private void Drop(DropStatement statement)
    {
        if (TableBinder.FullName(statement.Name, context) is not { } name)
        {
            return;
        }

        string kind = statement.Kind.ToString().ToUpperInvariant();
        CatalogObject? found = context.Catalog.Find(name, statement.IsTemporary);
        if (found is null && !statement.IsTemporary)
        {
            // DROP without TEMPORARY names the permanent object; the temporary one that alone is there was meant.
            found = context.Catalog.Find(name, isTemporary: true);
        }

        bool isView = statement.Kind == ObjectKind.View;
        if (found is null)
        {
            if (!statement.IfExists && !context.BrokenObjects.Contains(name))
            {
                IEnumerable<string> names = context.Catalog.Objects.Select(o => o.Name.Name);
                _diagnostics.Report(
                    PlannerErrors.TableNotFound, statement.Name.Span,
                    NameResolver.DidYouMean(NameSuggester.Suggest(name.Name, names)), statement.Name.ToDisplayString());
                return;
            }
        }
        else if (found is CatalogView != isView)
        {
            _diagnostics.Report(
                PlannerErrors.WrongObject, statement.Name.Span, $"Write DROP {(isView ? "TABLE" : "VIEW")}.",
                statement.Name.ToDisplayString(), isView ? "table" : "view", isView ? "view" : "table");
            return;
        }
        else
        {
            context.Catalog.Remove(name, found.IsTemporary);
        }

        Done(statement, $"DROP {kind} {name.Name}");
    }

    private void Done(Statement statement, string summary) => planned.Add(new PlannedDefinition(statement.Span, summary));
}
