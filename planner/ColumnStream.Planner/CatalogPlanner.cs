using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Runs CREATE, ALTER and DROP of catalogs and databases, and USE.</summary>
internal sealed class CatalogPlanner(BindingContext context, List<PlannedStatement> planned)
{
    private const string InMemory = "generic_in_memory";

    private readonly DiagnosticBag _diagnostics = context.Diagnostics;
    private readonly Catalog _catalog = context.Catalog;

    /// <summary>Runs the statement; false when it is of another kind.</summary>
    public bool TryAdd(Statement statement)
    {
        switch (statement)
        {
            case CreateCatalogStatement create:
                CreateCatalog(create);
                return true;
            case CreateDatabaseStatement create:
                CreateDatabase(create);
                return true;
            case DropStatement { Kind: ObjectKind.Catalog } drop:
                DropCatalog(drop);
                return true;
            case DropStatement { Kind: ObjectKind.Database } drop:
                DropDatabase(drop);
                return true;
            case AlterStatement { Kind: ObjectKind.Catalog } alter:
                AlterCatalog(alter);
                return true;
            case AlterStatement { Kind: ObjectKind.Database } alter:
                AlterDatabase(alter);
                return true;
            case UseStatement use:
                Use(use);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Finds a catalog by a written name; null after a report.</summary>
    public NamedCatalog? FindCatalog(QualifiedName name)
    {
        string wanted = name.ToDisplayString();
        if (name.Parts.Count == 1 && _catalog.Catalogs.TryGetValue(wanted, out NamedCatalog? found))
        {
            return found;
        }

        _diagnostics.Report(
            PlannerErrors.DatabaseNotFound, name.Span, TableBinder.Known("catalog", _catalog.Catalogs.Keys), "Catalog", wanted);
        return null;
    }

    /// <summary>Finds a database by a written name, with its catalog; null after a report.</summary>
    public (NamedCatalog Catalog, string Database)? FindDatabase(QualifiedName name)
    {
        if (FindOwner(name) is not { } owner)
        {
            return null;
        }

        if (owner.Databases.ContainsKey(name.Last.Value))
        {
            return (owner, name.Last.Value);
        }

        _diagnostics.Report(
            PlannerErrors.DatabaseNotFound, name.Last.Span, TableBinder.Known("database", owner.Databases.Keys), "Database",
            name.Last.Value);
        return null;
    }

    private static ValueList<Engine.Plan.TableOption> Options(EquatableArray<Sql.Ast.TableOption> options) =>
        ValueList.From(options.Select(o => new Engine.Plan.TableOption(o.Key.Value, o.Value.Value)));

    private NamedCatalog? FindOwner(QualifiedName name) => name.Parts.Count switch
    {
        1 => _catalog.Catalogs[_catalog.CurrentCatalog],
        2 => FindCatalog(new QualifiedName([name.Parts[0]]) { Span = name.Parts[0].Span }),
        _ => FindCatalog(name),
    };

    private void CreateCatalog(CreateCatalogStatement statement)
    {
        string name = statement.Name.Last.Value;
        if (statement.Name.Parts.Count > 1)
        {
            _diagnostics.Report(PlannerErrors.Clause, statement.Name.Span, null, "CREATE CATALOG", "the name has dots");
            return;
        }

        if (_catalog.Catalogs.ContainsKey(name))
        {
            if (statement.IfNotExists)
            {
                Done(statement, $"CREATE CATALOG {name} (exists)");
                return;
            }

            _diagnostics.Report(
                PlannerErrors.State, statement.Name.Span, "Write IF NOT EXISTS.", "Catalog", name, "already exists");
            return;
        }

        Sql.Ast.TableOption? type = statement.Options.FirstOrDefault(option => option.Key.Value == "type");
        if (type?.Value.Value is not (null or InMemory))
        {
            _diagnostics.Report(
                PlannerErrors.NotSupported, type.Value.Span, $"Write 'type' = '{InMemory}'.", $"Catalog type '{type.Value.Value}'");
            return;
        }

        Sql.Ast.TableOption? database = statement.Options.FirstOrDefault(option => option.Key.Value == "default-database");
        _catalog.Catalogs[name] = new NamedCatalog(
            name, database?.Value.Value ?? "default", statement.Comment, Options(statement.Options));
        Done(statement, $"CREATE CATALOG {name}");
    }

    private void CreateDatabase(CreateDatabaseStatement statement)
    {
        if (FindOwner(statement.Name) is not { } owner)
        {
            return;
        }

        string name = statement.Name.Last.Value;
        bool isThere = owner.Databases.ContainsKey(name) || _catalog.IsSystemDatabase(name);
        if (isThere && !statement.IfNotExists)
        {
            _diagnostics.Report(
                PlannerErrors.State, statement.Name.Span, "Write IF NOT EXISTS.", "Database", name, "already exists");
            return;
        }

        if (!isThere)
        {
            owner.Databases[name] = new CatalogDatabase(name, statement.Comment, Options(statement.Options));
        }

        Done(statement, $"CREATE DATABASE {name}{(isThere ? " (exists)" : string.Empty)}");
    }

    private void DropCatalog(DropStatement statement)
    {
        string name = statement.Name.ToDisplayString();
        if (statement.IfExists && !_catalog.Catalogs.ContainsKey(name))
        {
            Done(statement, $"DROP CATALOG {name}");
        }
        else if (FindCatalog(statement.Name) is { } catalog)
        {
            if (catalog.Name == _catalog.CurrentCatalog)
            {
                _diagnostics.Report(
                    PlannerErrors.State, statement.Name.Span, "USE CATALOG another one first.", "Catalog", name, "is in use");
                return;
            }

            _catalog.Clear(name, null);
            _catalog.Catalogs.Remove(name);
            Done(statement, $"DROP CATALOG {name}");
        }
    }

    private void DropDatabase(DropStatement statement)
    {
        string name = statement.Name.Last.Value;
        if (statement.IfExists && FindOwner(statement.Name) is { } owner && !owner.Databases.ContainsKey(name))
        {
            Done(statement, $"DROP DATABASE {name}");
            return;
        }

        if (FindDatabase(statement.Name) is not { } found)
        {
            return;
        }

        if (found.Catalog.Name == _catalog.CurrentCatalog && name == _catalog.CurrentDatabase)
        {
            _diagnostics.Report(PlannerErrors.State, statement.Name.Span, "USE another one first.", "Database", name, "is in use");
        }
        else if (!statement.IsCascade && _catalog.In(found.Catalog.Name, name).Any())
        {
            _diagnostics.Report(
                PlannerErrors.State, statement.Name.Span, "Drop its tables, or write CASCADE.", "Database", name, "is not empty");
        }
        else
        {
            _catalog.Clear(found.Catalog.Name, name);
            found.Catalog.Databases.Remove(name);
            Done(statement, $"DROP DATABASE {name}");
        }
    }

    private void AlterCatalog(AlterStatement statement)
    {
        if (FindCatalog(statement.Name) is not { } catalog)
        {
            return;
        }

        switch (statement.Action)
        {
            case SetCommentAction comment:
                catalog.Comment = comment.Comment;
                break;
            case SetOptionsAction set:
                catalog.Options = Merge(catalog.Options, set.Options);
                break;
            case ResetOptionsAction reset:
                catalog.Options = ValueList.From(catalog.Options.Where(o => !reset.Keys.Any(key => key.Value == o.Key)));
                break;
        }

        Done(statement, $"ALTER CATALOG {catalog.Name}");
    }

    private void AlterDatabase(AlterStatement statement)
    {
        if (FindDatabase(statement.Name) is { } found && statement.Action is SetOptionsAction set)
        {
            CatalogDatabase database = found.Catalog.Databases[found.Database];
            found.Catalog.Databases[found.Database] = database with { Options = Merge(database.Options, set.Options) };
            Done(statement, $"ALTER DATABASE {found.Database}");
        }
    }

    private static ValueList<Engine.Plan.TableOption> Merge(
        ValueList<Engine.Plan.TableOption> old, EquatableArray<Sql.Ast.TableOption> options) =>
        ValueList.From(old.Where(o => !options.Any(option => option.Key.Value == o.Key)).Concat(Options(options)));

    private void Use(UseStatement use)
    {
        if (use.IsCatalog)
        {
            if (FindCatalog(use.Name) is { } catalog)
            {
                _catalog.Use(catalog.Name, catalog.DefaultDatabase);
                Done(use, $"USE CATALOG {catalog.Name}");
            }
        }
        else if (FindDatabase(use.Name) is { } found)
        {
            _catalog.Use(found.Catalog.Name, found.Database);
            Done(use, $"USE {use.Name.ToDisplayString()}");
        }
    }

    private void Done(Statement statement, string summary) => planned.Add(new PlannedDefinition(statement.Span, summary));
}
