using System.Collections.Generic;
using System.Linq;
using System.Text;
using ColumnStream.Engine.Options;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Writes what SHOW CREATE shows: one part a line, and secrets hidden.</summary>
internal static class DefinitionText
{
    /// <summary>Writes CREATE TABLE of a table that has a definition, secrets hidden.</summary>
    public static string Of(CatalogTable table) => Of(table, OptionTable.Shown);

    /// <summary>Writes CREATE TABLE of a table that has a definition.</summary>
    /// <param name="table">The table.</param>
    /// <param name="shown">Gives the text that stands for the value of a key.</param>
    public static string Of(CatalogTable table, System.Func<string, string, string> shown)
    {
        CreateTableStatement definition = table.Definition!;
        var text = new StringBuilder();
        text.Append("CREATE ").Append(table.IsTemporary ? "TEMPORARY " : string.Empty).Append("TABLE ").Append(Name(table.Name));
        string[] elements =
        [
            .. definition.Columns.Select(SqlPrinter.Print), .. definition.Watermarks.Select(SqlPrinter.Print),
            .. definition.PrimaryKeys.Select(SqlPrinter.Print),
        ];
        text.Append(" (\n  ").AppendJoin(",\n  ", elements).Append("\n)");
        AppendComment(text, table.Comment);
        if (!definition.PartitionedBy.IsEmpty)
        {
            text.Append("\nPARTITIONED BY (").AppendJoin(", ", definition.PartitionedBy.Select(SqlPrinter.Print)).Append(')');
        }

        AppendOptions(text, table.Options.Select(option => (option.Key, shown(option.Key, option.Value))));
        return text.ToString();
    }

    /// <summary>Writes CREATE VIEW.</summary>
    public static string Of(CatalogView view)
    {
        var text = new StringBuilder();
        text.Append("CREATE ").Append(view.IsTemporary ? "TEMPORARY " : string.Empty).Append("VIEW ").Append(Name(view.Name));
        text.Append(" (\n  ").AppendJoin(",\n  ", view.Columns.Select(column => SqlPrinter.PrintName(column.Name))).Append("\n)");
        AppendComment(text, view.Comment);
        return text.Append("\nAS ").Append(SqlPrinter.Print(view.Query)).ToString();
    }

    /// <summary>Writes CREATE CATALOG.</summary>
    public static string Of(NamedCatalog catalog)
    {
        var text = new StringBuilder("CREATE CATALOG ").Append(SqlPrinter.PrintName(catalog.Name));
        AppendComment(text, catalog.Comment);
        AppendOptions(text, catalog.Options.Select(option => (option.Key, OptionTable.Shown(option.Key, option.Value))));
        return text.ToString();
    }

    /// <summary>Writes a full name.</summary>
    public static string Name(ObjectName name) => string.Join(
        '.', new[] { name.Catalog, name.Database, name.Name }.Select(SqlPrinter.PrintName));

    private static void AppendComment(StringBuilder text, string? comment)
    {
        if (comment is not null)
        {
            text.Append("\nCOMMENT ").Append(SqlPrinter.PrintString(comment));
        }
    }

    private static void AppendOptions(StringBuilder text, IEnumerable<(string Key, string Value)> options)
    {
        string[] pairs =
        [
            .. options.Select(o => $"{SqlPrinter.PrintString(o.Key)} = {SqlPrinter.PrintString(o.Value)}"),
        ];
        if (pairs.Length > 0)
        {
            text.Append("\nWITH (\n  ").AppendJoin(",\n  ", pairs).Append("\n)");
        }
    }
}
