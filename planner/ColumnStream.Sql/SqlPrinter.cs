using System;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Printing;

namespace ColumnStream.Sql;

/// <summary>Writes syntax as canonical text: one line, capitals for keywords, quotes and parentheses where needed.</summary>
public static class SqlPrinter
{
    /// <summary>
    /// Writes <paramref name="node"/> so that the text of a statement, parsed, gives an equal tree.
    /// </summary>
    public static string Print(SqlNode node)
    {
        SqlWriter writer = new();
        NodePrinter.Print(writer, node);
        return writer.ToString();
    }

    /// <summary>Writes a name, in backquotes when it is reserved or not a plain word.</summary>
    public static string PrintName(string name)
    {
        SqlWriter writer = new();
        writer.Name(name);
        return writer.ToString();
    }

    /// <summary>Writes a string literal.</summary>
    public static string PrintString(string value) =>
        string.Concat("'", value.Replace("'", "''", StringComparison.Ordinal), "'");
}
