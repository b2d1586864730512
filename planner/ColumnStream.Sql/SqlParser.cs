using ColumnStream.Sql.Parsing;

namespace ColumnStream.Sql;

/// <summary>Reads SQL text into statements.</summary>
public static class SqlParser
{
    /// <summary>Reads a script; errors come back in the result, in the order of the text, and are never thrown.</summary>
    public static ParseResult Parse(SourceText source) => new ScriptParser(source).Parse();

    /// <summary>Reads a script given as a string.</summary>
    public static ParseResult Parse(string text, string fileName = "<sql>") => Parse(new SourceText(text, fileName));
}
