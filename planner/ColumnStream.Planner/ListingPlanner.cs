using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Functions;
using ColumnStream.Planner.Statements;
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
                    Add(describe, "DESCRIBE", ["name", "type", "null", "key", "extras", "watermark"], Columns(described));
                }

                break;
            case DescribeStatement { Kind: ObjectKind.Function } describe:
                DescribeFunction(describe);
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
            case ShowKind.Catalogs or ShowKind.CurrentCatalog:
                List(show, "catalog name", [Catalog.DefaultCatalog]);
                break;
            case ShowKind.Databases or ShowKind.CurrentDatabase:
                List(show, "database name", show.Kind == ShowKind.Databases
                    ? [Catalog.DefaultDatabase, Catalog.SystemDatabase] : [Catalog.DefaultDatabase]);
                break;
            case ShowKind.Tables when show.Name?.Last.Value == Catalog.SystemDatabase:
                List(show, "table name", context.Catalog.SystemTables.Select(t => t.Name.Name));
                break;
            case ShowKind.Tables:
                List(show, "table name", context.Catalog.Objects.Select(o => o.Name.Name));
                break;
            case ShowKind.Views:
                List(show, "view name", context.Catalog.Objects.OfType<CatalogView>().Select(o => o.Name.Name));
                break;
            case ShowKind.Functions:
                List(show, "function name", FunctionCatalog.CallableNames);
                break;
            case ShowKind.UserFunctions:
                List(show, "function name", []);
                break;
            case ShowKind.Columns when show.Name is not null:
                if (new TableBinder(context, null).Find(show.Name) is { } found)
                {
                    Add(show, "SHOW COLUMNS", ["name", "type", "null", "key", "extras", "watermark"], Columns(found));
                }

                break;
            default:
                context.Diagnostics.Report(PlannerErrors.NotSupported, show.Span, null, StatementNames.Of(show));
                break;
        }
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
            c.Text is null ? string.Empty : $"AS {c.Text}",
            table.Watermark?.Column == i ? table.Watermark.Text : string.Empty,
        });
    }

    private static string TypeName(SqlType type) => type.WithNullable(true).ToString();

    private static string Null(SqlType type) => type.Nullable ? "TRUE" : "FALSE";

    private void List(ShowStatement show, string column, IEnumerable<string> names)
    {
        if (show.Like is { } like)
        {
            string pattern = "^" + Regex.Escape(like.Value).Replace("%", ".*", StringComparison.Ordinal)
                .Replace("_", ".", StringComparison.Ordinal) + "$";
            names = names.Where(n => Regex.IsMatch(n, pattern, RegexOptions.IgnoreCase) != show.IsLikeNegated);
        }

        Add(show, $"SHOW {show.Kind.ToString().ToUpperInvariant()}", [column], names.Select(n => new[] { n }));
    }

    private void Add(Statement statement, string summary, string[] columns, IEnumerable<string[]> rows) =>
        planned.Add(new PlannedListing(
            statement.Span, summary, ValueList.Create<string>(columns),
            ValueList.From(rows.Select(row => ValueList.Create<string>(row)))));
}
