using System.Collections.Generic;
using System.Linq;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads one statement by its first words; statements over tables and rows are read here.</summary>
internal sealed class StatementParser(Grammar grammar)
{
    private static readonly string[] s_notSupported =
    [
        "ALTER", "DELETE", "UPDATE", "MERGE", "TRUNCATE", "ANALYZE", "LOAD", "UNLOAD", "ADD", "REMOVE", "CALL", "COMPILE",
        "STOP", "KILL", "GRANT", "REVOKE", "CLEAR", "HELP", "QUIT", "EXIT", "UPSERT", "REPLACE", "OPTIMIZE",
    ];

    private readonly TokenCursor _cursor = grammar.Cursor;

    public Statement Parse()
    {
        int start = _cursor.Current.Start;
        return ParseBare(start) with { Span = _cursor.SpanFrom(start) };
    }

    private Statement ParseBare(int start)
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
            case "INSERT":
                return ParseInsert();
            case "CREATE":
                return ParseCreate();
            case "DROP":
                return ParseDrop();
            case "EXECUTE":
                return ParseExecute(start);
            case "BEGIN":
                _cursor.Next();
                _cursor.Expect("STATEMENT", " behind BEGIN");
                _cursor.Expect("SET", " behind STATEMENT");
                _cursor.Expect(TokenKind.Semicolon, "';' behind BEGIN STATEMENT SET");
                return ParseSet();
            case "EXPLAIN":
                return ParseExplain();
            default:
                return grammar.Utilities.Parse() ?? throw UnknownStatement();
        }
    }

    private SyntaxException UnknownStatement()
    {
        Token token = _cursor.Current;
        if (s_notSupported.Contains(token.Text))
        {
            return NotSupported(_cursor.Peek(1).Kind == TokenKind.Word ? 2 : 1);
        }

        string? near = NameSuggester.Suggest(token.Text!, Keywords.Statements.Concat(s_notSupported));
        return _cursor.Error(SyntaxErrorCode.UnknownStatement, $"No statement begins with '{_cursor.Text(token)}'.",
            token.Span, near is null ? null : $"Did you mean '{near}'?");
    }

    private SyntaxException NotSupported(int wordCount)
    {
        string words = string.Join(' ', Enumerable.Range(0, wordCount).Select(ahead => _cursor.Peek(ahead).Text));
        SourceSpan span = SourceSpan.FromBounds(_cursor.Current.Start, _cursor.Peek(wordCount - 1).End);
        return _cursor.Error(SyntaxErrorCode.NotSupported, $"{words} is not supported yet.", span);
    }

    private Statement ParseCreate()
    {
        int temporary = TokenCursor.IsWord(_cursor.Peek(1), "TEMPORARY") ? 1 : 0;
        Token kind = _cursor.Peek(1 + temporary);
        if (kind.Kind == TokenKind.Word && kind.Text is "TABLE" or "VIEW")
        {
            _cursor.Next();
            _cursor.Accept("TEMPORARY");
            return _cursor.Next().Text == "TABLE"
                ? grammar.Creates.Parse(isTemporary: temporary == 1)
                : ParseCreateView(isTemporary: temporary == 1);
        }

        if (kind.Kind == TokenKind.Word && kind.Text is "FUNCTION" or "CATALOG" or "DATABASE" or "SYSTEM" or "OR" or "MODEL"
            or "MATERIALIZED" or "CONNECTION" or "SECRET")
        {
            throw NotSupported(2 + temporary);
        }

        _cursor.Next();
        _cursor.Accept("TEMPORARY");
        throw _cursor.Unexpected("TABLE or VIEW behind CREATE", "TABLE", "VIEW", "TEMPORARY");
    }

    private CreateViewStatement ParseCreateView(bool isTemporary)
    {
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        QualifiedName name = grammar.Names.Qualified("a view name");
        EquatableArray<Identifier> columns = _cursor.At(TokenKind.OpenParenthesis)
            ? grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the column list")
            : [];
        string? comment = _cursor.Accept("COMMENT") ? grammar.Literals.String("the comment as a string").Value : null;
        _cursor.Expect("AS", " before the query of the view");
        return new CreateViewStatement(name, columns, grammar.Queries.Parse(), comment, isTemporary, ifNotExists);
    }

    private DropStatement ParseDrop()
    {
        int temporary = TokenCursor.IsWord(_cursor.Peek(1), "TEMPORARY") ? 1 : 0;
        Token kind = _cursor.Peek(1 + temporary);
        if (kind.Kind == TokenKind.Word
            && kind.Text is "FUNCTION" or "CATALOG" or "DATABASE" or "SYSTEM" or "MODEL" or "MATERIALIZED")
        {
            throw NotSupported(2 + temporary);
        }

        _cursor.Next();
        _cursor.Accept("TEMPORARY");
        DropKind dropped = _cursor.At("VIEW") ? DropKind.View : DropKind.Table;
        if (!_cursor.Accept("VIEW") && !_cursor.Accept("TABLE"))
        {
            throw _cursor.Unexpected("TABLE or VIEW behind DROP", "TABLE", "VIEW", "TEMPORARY");
        }

        bool ifExists = _cursor.Accept("IF", "EXISTS");
        QualifiedName name = grammar.Names.Qualified(dropped == DropKind.View ? "a view name" : "a table name");
        return new DropStatement(dropped, name, temporary == 1, ifExists);
    }

    private InsertStatement ParseInsert()
    {
        int start = _cursor.Next().Start;
        bool isOverwrite = _cursor.Accept("OVERWRITE");
        if (!isOverwrite)
        {
            _cursor.Expect("INTO", " behind INSERT");
        }

        QualifiedName table = grammar.Names.Qualified("a table name");
        EquatableArray<Hint> hints = grammar.Hints.Parse();
        EquatableArray<PartitionValue> partition = _cursor.Accept("PARTITION")
            ? grammar.Parenthesized(ParsePartitionValue, "PARTITION")
            : [];
        EquatableArray<Identifier> columns = [];
        if (_cursor.At(TokenKind.OpenParenthesis) && !grammar.Queries.IsParenthesizedAhead())
        {
            columns = grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the column list");
        }

        Query query = grammar.Queries.Parse();
        return new InsertStatement(table, columns, query, hints, partition, isOverwrite)
        {
            Span = _cursor.SpanFrom(start),
        };
    }

    private PartitionValue ParsePartitionValue()
    {
        int start = _cursor.Current.Start;
        Identifier column = grammar.Names.Identifier("a partition column");
        _cursor.Expect(TokenKind.Equal, "'=' behind the partition column");
        return new PartitionValue(column, grammar.Expressions.ParseOperand()) { Span = _cursor.SpanFrom(start) };
    }

    private Statement ParseExecute(int start)
    {
        _cursor.Next();
        if (_cursor.Accept("STATEMENT", "SET"))
        {
            _cursor.Expect("BEGIN", " behind STATEMENT SET");
            return ParseSet();
        }

        if (_cursor.At("INSERT") || grammar.Queries.IsQueryAhead())
        {
            return ParseBare(start);
        }

        throw _cursor.Unexpected("STATEMENT SET, INSERT or a query behind EXECUTE", "STATEMENT", "INSERT", "SELECT");
    }

    /// <summary>Reads the INSERTs of a statement set and its END; a broken INSERT is reported and left out.</summary>
    private StatementSet ParseSet()
    {
        List<InsertStatement> inserts = [];
        bool hasErrors = false;
        while (!_cursor.Accept("END"))
        {
            if (!_cursor.At("INSERT"))
            {
                throw _cursor.Unexpected("INSERT, or END to close the statement set", "INSERT", "END");
            }

            try
            {
                inserts.Add(ParseInsert());
                _cursor.Expect(TokenKind.Semicolon, "';' behind the INSERT");
            }
            catch (SyntaxException error) when (!_cursor.IsFull)
            {
                hasErrors = true;
                _cursor.Report(error);
                _cursor.SkipStatement();
                _cursor.BeginStatement();
            }
        }

        if (inserts.Count == 0 && !hasErrors)
        {
            throw _cursor.Error(SyntaxErrorCode.UnexpectedToken, "Statement set is empty.", _cursor.Previous.Span,
                "Put at least one INSERT before END.");
        }

        return new StatementSet([.. inserts]);
    }

    private ExplainStatement ParseExplain()
    {
        _cursor.Next();
        List<ExplainDetail> details = [];
        if (!_cursor.Accept("PLAN", "FOR"))
        {
            while (FindDetail(_cursor.Current) is { } detail)
            {
                _cursor.Next();
                details.Add(detail);
                if (!_cursor.Accept(TokenKind.Comma))
                {
                    break;
                }
            }
        }

        int start = _cursor.Current.Start;
        if (_cursor.Accept("STATEMENT", "SET"))
        {
            _cursor.Expect("BEGIN", " behind STATEMENT SET");
            return new ExplainStatement(ParseSet() with { Span = _cursor.SpanFrom(start) }, [.. details]);
        }

        bool isExplainable = _cursor.At("INSERT") || _cursor.At("EXECUTE") || _cursor.At(TokenKind.OpenParenthesis)
            || grammar.Queries.IsQueryAhead();
        if (!isExplainable)
        {
            throw _cursor.Unexpected("a query, an INSERT or a statement set behind EXPLAIN", "SELECT", "INSERT",
                "EXECUTE", "PLAN", "CHANGELOG_MODE", "ESTIMATED_COST", "JSON_EXECUTION_PLAN", "PLAN_ADVICE");
        }

        return new ExplainStatement(Parse(), [.. details]);
    }

    private static ExplainDetail? FindDetail(Token token) => token.Kind != TokenKind.Word ? null : token.Text switch
    {
        "ESTIMATED_COST" => ExplainDetail.EstimatedCost,
        "CHANGELOG_MODE" => ExplainDetail.ChangelogMode,
        "JSON_EXECUTION_PLAN" => ExplainDetail.JsonExecutionPlan,
        "PLAN_ADVICE" => ExplainDetail.PlanAdvice,
        _ => null,
    };
}
