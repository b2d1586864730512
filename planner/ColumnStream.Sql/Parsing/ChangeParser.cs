using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the statements over rows: INSERT, DELETE, UPDATE, statement sets, plans and EXPLAIN.</summary>
internal sealed class ChangeParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public InsertStatement ParseInsert()
    {
        Token first = _cursor.Next();
        bool isUpsert = first.Text == "UPSERT";
        bool isOverwrite = _cursor.Accept("OVERWRITE");
        if (!isOverwrite)
        {
            _cursor.Expect("INTO", $" behind {first.Text}");
        }

        QualifiedName table = grammar.Names.Qualified("a table name");
        EquatableArray<Hint> hints = grammar.Hints.Parse();
        EquatableArray<PartitionValue> partition = _cursor.Accept("PARTITION") ? ParsePartition() : [];
        EquatableArray<Identifier> columns = [];
        if (_cursor.At(TokenKind.OpenParenthesis) && !grammar.Queries.IsParenthesizedAhead())
        {
            columns = grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the column list");
        }

        Query query = grammar.Queries.Parse();
        return new InsertStatement(table, columns, query, hints, partition, isOverwrite, isUpsert)
        {
            Span = _cursor.SpanFrom(first.Start),
        };
    }

    /// <summary>Reads the values of PARTITION (...), each with its value.</summary>
    public EquatableArray<PartitionValue> ParsePartition() =>
        grammar.Parenthesized(() => ParsePartitionValue(needsValue: true), "PARTITION");

    /// <summary>Reads the columns of PARTITION (...), with values or without.</summary>
    public EquatableArray<PartitionValue> ParsePartitionColumns() =>
        grammar.Parenthesized(() => ParsePartitionValue(needsValue: false), "PARTITION");

    public DeleteStatement ParseDelete()
    {
        _cursor.Next();
        _cursor.Expect("FROM", " behind DELETE");
        QualifiedName table = grammar.Names.Qualified("a table name");
        Identifier? alias = ParseAlias();
        return new DeleteStatement(table, alias, _cursor.Accept("WHERE") ? grammar.Expressions.Parse() : null);
    }

    public UpdateStatement ParseUpdate()
    {
        _cursor.Next();
        QualifiedName table = grammar.Names.Qualified("a table name behind UPDATE");
        Identifier? alias = ParseAlias();
        _cursor.Expect("SET", " behind the table of UPDATE");
        EquatableArray<Assignment> assignments = grammar.List(ParseAssignment);
        Expression? where = _cursor.Accept("WHERE") ? grammar.Expressions.Parse() : null;
        return new UpdateStatement(table, alias, assignments, where);
    }

    public Statement ParseExecute()
    {
        _cursor.Next();
        if (_cursor.Accept("STATEMENT", "SET"))
        {
            _cursor.Expect("BEGIN", " behind STATEMENT SET");
            return ParseSet();
        }

        if (_cursor.At("PLAN") && _cursor.Peek(1).Kind == TokenKind.String)
        {
            _cursor.Next();
            return new ExecutePlanStatement(grammar.Literals.String("the path of the plan"));
        }

        if (_cursor.At("INSERT") || grammar.Queries.IsQueryAhead())
        {
            return grammar.Statements.Parse();
        }

        throw _cursor.Unexpected("STATEMENT SET, PLAN, INSERT or a query behind EXECUTE", "STATEMENT", "PLAN", "INSERT", "SELECT");
    }

    public StatementSet ParseBegin()
    {
        _cursor.Next();
        _cursor.Expect("STATEMENT", " behind BEGIN");
        _cursor.Expect("SET", " behind STATEMENT");
        _cursor.Expect(TokenKind.Semicolon, "';' behind BEGIN STATEMENT SET");
        return ParseSet();
    }

    /// <summary>Reads <c>COMPILE PLAN 'path' [IF NOT EXISTS] FOR ...</c> and <c>COMPILE AND EXECUTE PLAN ...</c>.</summary>
    public CompilePlanStatement ParseCompile()
    {
        _cursor.Next();
        bool isExecuted = _cursor.Accept("AND", "EXECUTE");
        _cursor.Expect("PLAN", isExecuted ? " behind EXECUTE" : " behind COMPILE");
        StringLiteral path = grammar.Literals.String("the path of the plan as a string");
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        _cursor.Expect("FOR", " before the statement to compile");
        if (!_cursor.At("INSERT") && !_cursor.At("STATEMENT", "SET"))
        {
            throw _cursor.Unexpected("INSERT or STATEMENT SET behind FOR", "INSERT", "STATEMENT");
        }

        return new CompilePlanStatement(path, ParseSetOrStatement(), ifNotExists, isExecuted);
    }

    /// <summary>Reads <c>EXPLAIN UPGRADE 'old' TO 'new'</c>, <c>EXPLAIN ANALYZE JOB 'name'</c>, or the plan of a statement.</summary>
    public Statement ParseAnyExplain()
    {
        _cursor.Next();
        if (_cursor.Accept("ANALYZE"))
        {
            _cursor.Expect("JOB", " behind EXPLAIN ANALYZE");
            return new ExplainJobStatement(grammar.Literals.String("a job's name as a string"));
        }

        if (!_cursor.Accept("UPGRADE"))
        {
            return ParseExplain();
        }

        StringLiteral from = grammar.Literals.String("the former script, or the folder of a checkpoint, as a string");
        _cursor.Expect("TO", " before the new script");
        return new ExplainUpgradeStatement(from, grammar.Literals.String("the new script as a string"));
    }

    private ExplainStatement ParseExplain()
    {
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

        bool isExplainable = _cursor.At(TokenKind.OpenParenthesis) || grammar.Queries.IsQueryAhead()
            || (_cursor.At(TokenKind.Word) && _cursor.Current.Text is "INSERT" or "EXECUTE" or "BEGIN" or "CREATE" or "REPLACE"
                or "UPDATE" or "DELETE" or "UPSERT" or "STATEMENT");
        if (!isExplainable)
        {
            throw _cursor.Unexpected("a query, an INSERT or a statement set behind EXPLAIN", "SELECT", "INSERT",
                "EXECUTE", "PLAN", "CHANGELOG_MODE", "ESTIMATED_COST", "JSON_EXECUTION_PLAN", "PLAN_ADVICE", "UPGRADE", "ANALYZE");
        }

        return new ExplainStatement(ParseSetOrStatement(), [.. details]);
    }

    /// <summary>Reads <c>STATEMENT SET BEGIN ...</c>, or any statement.</summary>
    private Statement ParseSetOrStatement()
    {
        int start = _cursor.Current.Start;
        if (!_cursor.Accept("STATEMENT", "SET"))
        {
            return grammar.Statements.Parse();
        }

        _cursor.Expect("BEGIN", " behind STATEMENT SET");
        return ParseSet() with { Span = _cursor.SpanFrom(start) };
    }

    /// <summary>Reads the INSERTs of a statement set and its END; a broken INSERT is reported and left out.</summary>
    private StatementSet ParseSet()
    {
        List<InsertStatement> inserts = [];
        bool hasErrors = false;
        while (!_cursor.Accept("END"))
        {
            if (_cursor.IsAtEnd)
            {
                throw _cursor.Unexpected("INSERT, or END to close the statement set", "INSERT", "END");
            }

            try
            {
                inserts.Add(_cursor.At("INSERT") || _cursor.At("UPSERT")
                    ? ParseInsert()
                    : throw _cursor.Unexpected("INSERT, or END to close the statement set", "INSERT", "END"));
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

    private PartitionValue ParsePartitionValue(bool needsValue)
    {
        int start = _cursor.Current.Start;
        Identifier column = grammar.Names.Identifier("a partition column");
        Expression? value = null;
        if (needsValue || _cursor.At(TokenKind.Equal))
        {
            _cursor.Expect(TokenKind.Equal, "'=' behind the partition column");
            value = grammar.Expressions.ParseOperand();
        }

        return new PartitionValue(column, value) { Span = _cursor.SpanFrom(start) };
    }

    private Identifier? ParseAlias()
    {
        bool hasAs = _cursor.Accept("AS");
        return hasAs || NameParser.IsName(_cursor.Current) ? grammar.Names.Identifier("an alias") : null;
    }

    private Assignment ParseAssignment()
    {
        int start = _cursor.Current.Start;
        QualifiedName column = grammar.Names.Qualified("a column name");
        _cursor.Expect(TokenKind.Equal, "'=' behind the column");
        return new Assignment(column, grammar.Expressions.Parse()) { Span = _cursor.SpanFrom(start) };
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
