using System.Collections.Generic;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Runs ALTER of tables and views against the catalog.</summary>
internal sealed class AlterPlanner(BindingContext context, List<PlannedStatement> planned)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Runs one ALTER TABLE or ALTER VIEW.</summary>
    public void Add(AlterStatement statement)
    {
        if (TableBinder.FullName(statement.Name, context) is not { } name)
        {
            return;
        }

        CatalogObject? found = context.Catalog.Find(name);
        if (found is null && statement.IfExists)
        {
            Done(statement);
            return;
        }

        if (found is null)
        {
            new TableBinder(context, null).Find(statement.Name);
            return;
        }

        bool isView = statement.Kind == ObjectKind.View;
        if (found is CatalogView != isView || found is CatalogTable { Definition: null })
        {
            _diagnostics.Report(
                PlannerErrors.WrongObject, statement.Name.Span, null, statement.Name.ToDisplayString(),
                found is CatalogView ? "view" : "table", isView ? "view" : "table that can be changed");
            return;
        }

        switch (statement.Action)
        {
            case RenameAction rename:
                Rename(statement, rename, found);
                break;
            case ChangeQueryAction query:
                ChangeQuery(statement, query, (CatalogView)found);
                break;
            case AddPartitionsAction or DropPartitionsAction:
                _diagnostics.Report(
                    PlannerErrors.NotSupported, statement.Action.Span, null, $"ALTER TABLE {StatementNames.Of(statement.Action)}");
                break;
            default:
                Change(statement, (CatalogTable)found);
                break;
        }
    }

    private void Rename(AlterStatement statement, RenameAction rename, CatalogObject found)
    {
        ObjectName? name = rename.NewName.Parts.Count == 1
            ? found.Name with { Name = rename.NewName.Last.Value }
            : TableBinder.FullName(rename.NewName, context);
        if (name is null)
        {
            return;
        }

        if (context.Catalog.Find(name, found.IsTemporary) is not null)
        {
            _diagnostics.Report(PlannerErrors.TableExists, rename.NewName.Span, null, rename.NewName.ToDisplayString());
            return;
        }

        context.Catalog.Remove(found.Name, found.IsTemporary);
        context.Catalog.Replace(found with { Name = name });
        Done(statement);
    }

    private void ChangeQuery(AlterStatement statement, ChangeQueryAction action, CatalogView view)
    {
        var definition = new CreateViewStatement(statement.Name, [], action.Query, view.Comment, view.IsTemporary);
        if (new DefinitionBinder(context).Bind(definition, view.Name) is { } changed)
        {
            context.Catalog.Replace(changed);
            Done(statement);
        }
    }

    private void Change(AlterStatement statement, CatalogTable table)
    {
        if (new TableAlteration(_diagnostics, table.Definition!).Apply(statement.Action) is { } definition
            && new TableDefiner(context).Define(definition, table.Name, statement.Action.Span) is { } changed)
        {
            context.Catalog.Replace(changed with { Location = table.Location });
            Done(statement);
        }
    }

    private void Done(AlterStatement statement) => planned.Add(new PlannedDefinition(
        statement.Span, $"{StatementNames.Of(statement)} {statement.Name.Last.Value}"));
}
