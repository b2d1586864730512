using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Options;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Functions;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Answers SHOW and DESCRIBE from the catalog and the function tables.</summary>
internal sealed class ListingPlanner(BindingContext context, List<PlannedStatement> planned)
{
    /// <summary>Answers one statement.</summary>
    public void Add(Statement statement)
    {
        switch (statement)
        {
            case DescribeStatement { Kind: ObjectKind.Table } describe:
                if (new TableBinder(context, null).Find(describe.Name) is { } described)
                {
                    AddColumns(describe, "DESCRIBE", described, static _ => true);
                }

                break;
            case DescribeStatement { Kind: ObjectKind.Function } describe:
                DescribeFunction(describe);
                break;
            case DescribeStatement { Kind: ObjectKind.Catalog } describe:
                DescribeCatalog(describe);
                break;
            case DescribeStatement { Kind: ObjectKind.Database } describe:
                DescribeDatabase(describe);
                break;
            case ShowStatement show:
                Show(show);
                break;
            default:
                context.Diagnostics.Report(PlannerErrors.NotSupported, statement.Span, null, StatementNames.Of(statement));
                break;
        }
    }

    private void DescribeFunction(DescribeStatement describe)
    {
        string name = describe.Name.Last.Value;
        if (FunctionCatalog.Find(name) is not { } function)
        {
            context.Diagnostics.Report(
                PlannerErrors.FunctionNotFound, describe.Name.Span, NameResolver.DidYouMean(FunctionCatalog.Nearest(name)), name);
            return;
        }

        List<string[]> rows =
        [
            ["is system function", "true"],
            ["is temporary", "false"],
            ["kind", function.Kind.ToString().ToUpperInvariant()],
            .. function.Signatures.Select(s => new[] { "signature", s }),
            ["description", function.Doc],
        ];
        if (describe.IsExtended)
        {
            rows.Add(["family", function.Family]);
            rows.Add(["is deterministic", function.Volatility == Volatility.Volatile ? "false" : "true"]);
            rows.Add(["supports constant folding", function.Volatility == Volatility.Immutable ? "true" : "false"]);
            rows.Add(["example", function.Example]);
        }

        Add(describe, "DESCRIBE FUNCTION", ["info name", "info value"], rows);
    }

    private void Show(ShowStatement show)
    {
        switch (show.Kind)
        {
            case ShowKind.Catalogs:
                List(show, "catalog name", context.Catalog.Catalogs.Keys);
                break;
            case ShowKind.CurrentCatalog:
                List(show, "current catalog name", [context.Catalog.CurrentCatalog]);
                break;
            case ShowKind.Databases:
                ShowDatabases(show);
                break;
            case ShowKind.CurrentDatabase:
                List(show, "current database name", [context.Catalog.CurrentDatabase]);
                break;
            case ShowKind.Tables when show.Name is { } name && context.Catalog.IsSystemDatabase(name.Last.Value):
                List(show, "table name", context.Catalog.SystemTables(name.Last.Value).Select(t => t.Name.Name));
                break;
            case ShowKind.Tables:
                List(show, "table name", ObjectsOf(show).Select(o => o.Name.Name));
                break;
            case ShowKind.Views:
                List(show, "view name", ObjectsOf(show).OfType<CatalogView>().Select(o => o.Name.Name));
                break;
            case ShowKind.Functions:
                List(show, "function name", FunctionCatalog.CallableNames);
                break;
            case ShowKind.UserFunctions:
                List(show, "function name", []);
                break;
            case ShowKind.Modules or ShowKind.FullModules:
                Add(show, StatementNames.Of(show), show.Kind == ShowKind.Modules ? ["module name"] : ["module name", "used"],
                    [show.Kind == ShowKind.Modules ? ["core"] : ["core", "TRUE"]]);
                break;
            case ShowKind.Jars or ShowKind.Procedures or ShowKind.Models or ShowKind.Connections or ShowKind.MaterializedTables:
                // None can be made yet, so there are none.
                List(show, "name", []);
                break;
            case ShowKind.CreateTable or ShowKind.CreateView when show.Name is not null:
                ShowCreate(show, show.Name);
                break;
            case ShowKind.CreateCatalog when show.Name is not null:
                if (new CatalogPlanner(context, planned).FindCatalog(show.Name) is { } catalog)
                {
                    Add(show, "SHOW CREATE CATALOG", ["create catalog"], [[DefinitionText.Of(catalog)]]);
                }

                break;
            case ShowKind.Columns when show.Name is not null:
                if (new TableBinder(context, null).Find(show.Name) is { } found)
                {
                    AddColumns(show, "SHOW COLUMNS", found, column => IsListed(show, column));
                }

                break;
            default:
                context.Diagnostics.Report(PlannerErrors.NotSupported, show.Span, null, StatementNames.Of(show));
                break;
        }
    }

    /// <summary>Gets the tables and views of the database that SHOW names, or of the current one.</summary>
    private IEnumerable<CatalogObject> ObjectsOf(ShowStatement show)
    {
        if (show.Name is null)
        {
            return context.Catalog.In(context.Catalog.CurrentCatalog, context.Catalog.CurrentDatabase);
        }

        return new CatalogPlanner(context, planned).FindDatabase(show.Name) is { } found
            ? context.Catalog.In(found.Catalog.Name, found.Database)
            : [];
    }

    private void ShowDatabases(ShowStatement show)
    {
        NamedCatalog? catalog = show.Name is null
            ? context.Catalog.Catalogs[context.Catalog.CurrentCatalog]
            : new CatalogPlanner(context, planned).FindCatalog(show.Name);
        if (catalog is not null)
        {
            bool isDefault = catalog.Name == Catalog.DefaultCatalog;
            IEnumerable<string> names = catalog.Databases.Keys;
            List(show, "database name", isDefault ? names.Concat(context.Catalog.SystemDatabases) : names);
        }
    }

    private void ShowCreate(ShowStatement show, QualifiedName name)
    {
        bool isView = show.Kind == ShowKind.CreateView;
        switch (new TableBinder(context, null).Find(name))
        {
            case CatalogView view when isView:
                Add(show, "SHOW CREATE VIEW", ["create view"], [[DefinitionText.Of(view)]]);
                break;
            case CatalogTable { Definition: not null } table when !isView:
                Add(show, "SHOW CREATE TABLE", ["create table"], [[DefinitionText.Of(table)]]);
                break;
            case { } other:
                context.Diagnostics.Report(
                    PlannerErrors.WrongObject, name.Span, null, name.ToDisplayString(),
                    other is CatalogView ? "view" : "table of the system", isView ? "view" : "table with a definition");
                break;
        }
    }

    private void DescribeCatalog(DescribeStatement describe)
    {
        if (new CatalogPlanner(context, planned).FindCatalog(describe.Name) is { } catalog)
        {
            List<string[]> rows =
            [
                ["name", catalog.Name], ["type", Option(catalog.Options, "type")], ["comment", catalog.Comment ?? string.Empty],
                .. describe.IsExtended ? catalog.Options.Select(Row) : [],
            ];
            Add(describe, "DESCRIBE CATALOG", ["info name", "info value"], rows);
        }
    }

    private void DescribeDatabase(DescribeStatement describe)
    {
        if (new CatalogPlanner(context, planned).FindDatabase(describe.Name) is { } found)
        {
            CatalogDatabase database = found.Catalog.Databases[found.Database];
            List<string[]> rows =
            [
                ["name", database.Name], ["comment", database.Comment ?? string.Empty],
                .. describe.IsExtended ? database.Options.Select(Row) : [],
            ];
            Add(describe, "DESCRIBE DATABASE", ["info name", "info value"], rows);
        }
    }

    private static string[] Row(Engine.Plan.TableOption option) =>
        [$"option:{option.Key}", OptionTable.Shown(option.Key, option.Value)];

    private static string Option(ValueList<Engine.Plan.TableOption> options, string key) =>
        options.FirstOrDefault(option => option.Key == key)?.Value ?? string.Empty;

    /// <summary>Lists columns; comments stand behind them where a column has one.</summary>
    private void AddColumns(Statement statement, string summary, CatalogObject entry, Func<string, bool> isListed)
    {
        string?[] comments = entry is CatalogTable table ? [.. table.Columns.Select(c => c.Comment)] : [];
        bool hasComments = comments.Any(comment => !string.IsNullOrEmpty(comment));
        string[] names = ["name", "type", "null", "key", "extras", "watermark"];
        Add(
            statement, summary, hasComments ? [.. names, "comment"] : names,
            Columns(entry).Select((column, i) => hasComments ? [.. column, comments[i] ?? string.Empty] : column)
                .Where(column => isListed(column[0])));
    }

    private static IEnumerable<string[]> Columns(CatalogObject entry)
    {
        if (entry is CatalogView view)
        {
            return view.Columns.Select(c => new[]
            {
                c.Name, TypeName(c.Type), Null(c.Type), string.Empty, string.Empty, string.Empty,
            });
        }

        var table = (CatalogTable)entry;
        string key = table.PrimaryKey.Count == 0 ? string.Empty : $"PRI({string.Join(", ", table.PrimaryKey)})";
        return table.Columns.Select((c, i) => new[]
        {
            c.Name,
            TypeName(c.Type),
            Null(c.Type),
            table.PrimaryKey.Contains(c.Name) ? key : string.Empty,
            Extras(c),
            table.Watermark?.Column == i ? table.Watermark.Text : string.Empty,
        });
    }

    private static string Extras(CatalogColumn column) => column switch
    {
        { MetadataKey: { } key } => "METADATA" + (key == column.Name ? string.Empty : $" FROM '{key}'")
            + (column.IsVirtual ? " VIRTUAL" : string.Empty),
        { Text: { } text } => $"AS {text}",
        _ => string.Empty,
    };

    private static string TypeName(SqlType type) => type.WithNullable(true).ToString();

    private static string Null(SqlType type) => type.Nullable ? "TRUE" : "FALSE";

    /// <summary>Says whether a name fits LIKE, which knows capitals, or ILIKE, which does not.</summary>
    private static bool IsListed(ShowStatement show, string name)
    {
        if (show.Like is not { } like)
        {
            return true;
        }

        string pattern = "^" + Regex.Escape(like.Value).Replace("%", ".*", StringComparison.Ordinal)
            .Replace("_", ".", StringComparison.Ordinal) + "$";
        RegexOptions options = RegexOptions.CultureInvariant | RegexOptions.Singleline
            | (show.IsCaseIgnored || show.Kind == ShowKind.Functions ? RegexOptions.IgnoreCase : RegexOptions.None);
        return Regex.IsMatch(name, pattern, options) != show.IsLikeNegated;
    }

    private void List(ShowStatement show, string column, IEnumerable<string> names) => Add(
        show, StatementNames.Of(show), [column], names.Where(name => IsListed(show, name)).Select(name => new[] { name }));

    private void Add(Statement statement, string summary, string[] columns, IEnumerable<string[]> rows) =>
        planned.Add(new PlannedListing(
            statement.Span, summary, ValueList.Create<string>(columns),
            ValueList.From(rows.Select(row => ValueList.Create<string>(row)))));
}
