namespace ColumnStream.Sql.Parsing;

/// <summary>Knows where a statement begins, to go on there after an error or a missing semicolon.</summary>
internal static class StatementStarts
{
    /// <summary>Says whether the words here begin a statement and can stand nowhere else.</summary>
    public static bool IsCertain(TokenCursor cursor)
    {
        if (!cursor.At(TokenKind.Word) || cursor.Peek(1).Kind != TokenKind.Word)
        {
            return false;
        }

        string second = cursor.Peek(1).Text!;
        return cursor.Current.Text switch
        {
            "INSERT" => second is "INTO" or "OVERWRITE",
            "CREATE" => second is "TABLE" or "VIEW" or "TEMPORARY" or "CATALOG" or "DATABASE" or "FUNCTION" or "OR"
                or "MODEL" or "MATERIALIZED",
            "DROP" or "ALTER" => second is "TABLE" or "VIEW" or "CATALOG" or "DATABASE" or "FUNCTION" or "MODEL"
                or "MATERIALIZED" or "TEMPORARY",
            "EXECUTE" or "BEGIN" => second is "STATEMENT",
            "EXPLAIN" => second is "PLAN" or "SELECT" or "STATEMENT",
            "SHOW" => second is "TABLES" or "CATALOGS" or "DATABASES" or "VIEWS" or "FUNCTIONS" or "CREATE",
            _ => false,
        };
    }

    /// <summary>Says whether a statement may begin here, where another one seems to have ended without a semicolon.</summary>
    public static bool IsLikely(TokenCursor cursor) => cursor.IsLineStart() && cursor.At(TokenKind.Word)
        && cursor.Current.Text is "SELECT" or "INSERT" or "CREATE" or "DROP" or "ALTER" or "SET" or "RESET" or "EXPLAIN"
            or "SHOW" or "DESCRIBE" or "DESC" or "USE" or "EXECUTE" or "BEGIN" or "DELETE" or "UPDATE" or "TRUNCATE"
            or "ANALYZE" or "CALL" or "LOAD" or "UNLOAD" or "COMPILE";
}
