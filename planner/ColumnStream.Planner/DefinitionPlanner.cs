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

/// <summary>Runs CREATE, DROP and USE against the catalog.</summary>
internal sealed class DefinitionPlanner(BindingContext context, List<PlannedStatement> planned)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Runs one definition.</summary>
    public void Add(Statement statement)
    {
        switch (statement)
        {
            case CreateTableStatement table:
                Create(table, table.Name, table.IsTemporary, table.IfNotExists, "TABLE");
                break;
            case CreateViewStatement view:
                Create(view, view.Name, view.IsTemporary, view.IfNotExists, "VIEW");
                break;
            case DropStatement drop:
                Drop(drop);
                break;
            case UseStatement use:
                Use(use);
                break;
        }
    }

    private void Create(Statement statement, QualifiedName written, bool isTemporary, bool ifNotExists, string kind)
    {
        if (TableBinder.FullName(written, _diagnostics) is not { } name)
        {
            return;
        }

        CatalogObject? known = context.Catalog.Find(name, isTemporary);
        if (known is not null && ifNotExists)
        {
            Done(statement, $"CREATE {kind} {name.Name} (exists)");
            return;
        }

        var binder = new DefinitionBinder(context);
        CatalogObject? entry = statement is CreateTableStatement table
            ? binder.Bind(table, name) : binder.Bind((CreateViewStatement)statement, name);
        if (known is not null)
        {
            string kindOfKnown = known is CatalogView ? "VIEW" : "TABLE";
            _diagnostics.Report(
                PlannerErrors.TableExists, written.Span, $"DROP {kindOfKnown} {name.Name} first, or write IF NOT EXISTS.",
                written.ToDisplayString());
        }
        else if (entry is null)
        {
            context.BrokenObjects.Add(name);
        }
        else
        {
            context.Catalog.TryAdd(entry);
            context.BrokenObjects.Remove(name);
            Done(statement, $"CREATE {(isTemporary ? "TEMPORARY " : string.Empty)}{kind} {name.Name}");
        }
    }

    private void Drop(DropStatement statement)
    {
        if (TableBinder.FullName(statement.Name, _diagnostics) is not { } name)
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

    private void Use(UseStatement statement)
    {
        Identifier[] parts = [.. statement.Name.Parts];
        QualifiedName table = statement.IsCatalog
            ? new QualifiedName([parts[0], new Identifier(Catalog.DefaultDatabase), new Identifier("t")])
            : new QualifiedName([.. parts, new Identifier("t")]);
        if (TableBinder.FullName(table, _diagnostics) is not null)
        {
            Done(statement, $"USE {statement.Name.ToDisplayString()}");
        }
    }

    private void Done(Statement statement, string summary) => planned.Add(new PlannedDefinition(statement.Span, summary));
}
