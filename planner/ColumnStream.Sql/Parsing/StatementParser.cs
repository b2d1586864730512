using System.Linq;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads one statement by its first words.</summary>
internal sealed class StatementParser(Grammar grammar)
{
    private static readonly string[] s_notSupported =
    [
        "MERGE", "KILL", "GRANT", "REVOKE", "CLEAR", "HELP", "QUIT", "EXIT", "OPTIMIZE", "IMPORT", "EXPORT",
    ];

    /// <summary>Words that begin or end a transaction where a database has them; BEGIN begins a statement set too.</summary>
    private static readonly string[] s_ofTransactions = ["BEGIN", "COMMIT", "RELEASE", "ROLLBACK", "SAVEPOINT", "START"];

    private readonly TokenCursor _cursor = grammar.Cursor;

    public Statement Parse()
    {
        int start = _cursor.Current.Start;
        return ParseBare() with { Span = _cursor.SpanFrom(start) };
    }

    private Statement ParseBare()
    {
        if (_cursor.At(TokenKind.OpenParenthesis) || grammar.Queries.IsQueryAhead())
        {
            return new QueryStatement(grammar.Queries.Parse());
        }

        if (!_cursor.At(TokenKind.Word))
        {
            throw _cursor.Unexpected("a statement");
        }

        switch (_cursor.Current.Text)
        {
            case "INSERT" or "UPSERT":
                return grammar.Changes.ParseInsert();
            case "DELETE":
                return grammar.Changes.ParseDelete();
            case "UPDATE":
                return grammar.Changes.ParseUpdate();
            case "EXECUTE":
                return grammar.Changes.ParseExecute();
            case "COMPILE":
                return grammar.Changes.ParseCompile();
            case "BEGIN" when _cursor.Peek(1).Kind == TokenKind.Word && !"TRANSACTION WORK".Contains(_cursor.Peek(1).Text!):
                return grammar.Changes.ParseBegin();
            case "EXPLAIN":
                return grammar.Changes.ParseAnyExplain();
            case "CREATE" or "REPLACE":
                return grammar.Definitions.ParseCreate();
            case "DROP":
                return grammar.Definitions.ParseDrop();
            case "ALTER":
                return grammar.Alterations.Parse();
            case "SHOW":
                return grammar.Listings.ParseShow();
            case "DESCRIBE" or "DESC":
                return grammar.Listings.ParseDescribe();
            default:
                return grammar.Utilities.Parse() ?? throw UnknownStatement();
        }
    }

    private SyntaxException UnknownStatement()
    {
        Token token = _cursor.Current;
        if (s_notSupported.Contains(token.Text))
        {
            return _cursor.Error(SyntaxErrorCode.NotSupported, $"{token.Text} is not supported yet.", token.Span);
        }

        if (s_ofTransactions.Contains(token.Text))
        {
            return _cursor.Error(
                SyntaxErrorCode.NotSupported, "There are no transactions: each statement takes effect by itself.", token.Span,
                $"Leave {token.Text} out.");
        }

        string? near = NameSuggester.Suggest(token.Text!, Keywords.Statements.Concat(s_notSupported));
        return _cursor.Error(SyntaxErrorCode.UnknownStatement, $"No statement begins with '{_cursor.Text(token)}'.",
            token.Span, near is null ? null : $"Did you mean '{near}'?");
    }
}
