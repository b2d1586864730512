using System;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the statements about the session: SET, RESET, USE, modules, JAR files, jobs, CALL and others.</summary>
internal sealed class UtilityParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads the statement; null when the first word begins none of these.</summary>
    public Statement? Parse()
    {
        switch (_cursor.Current.Text)
        {
            case "SET":
                _cursor.Next();
                return ParseSet();
            case "RESET":
                _cursor.Next();
                return new ResetStatement(IsStatementEnd() ? null : ParseRaw(SkipToEnd()));
            case "USE":
                _cursor.Next();
                return ParseUse();
            case "LOAD" or "UNLOAD":
                return ParseModule();
            case "ADD" or "REMOVE":
                bool isRemoved = _cursor.Next().Text == "REMOVE";
                _cursor.Expect("JAR", isRemoved ? " behind REMOVE" : " behind ADD");
                return new JarStatement(grammar.Literals.String("the path as a string"), isRemoved);
            case "ANALYZE":
                return ParseAnalyze();
            case "TRUNCATE":
                _cursor.Next();
                _cursor.Expect("TABLE", " behind TRUNCATE");
                return new TruncateStatement(grammar.Names.Qualified("a table name"));
            case "CALL":
                return ParseCall();
            case "STOP":
                return ParseStop();
            case "CANCEL":
                _cursor.Next();
                _cursor.Expect("JOB", " behind CANCEL");
                StringLiteral id = grammar.Literals.String("a job's id as a string");
                return new StopJobStatement(id, WithSavepoint: false, WithDrain: false);
            default:
                return null;
        }
    }

    private Statement ParseUse()
    {
        if (_cursor.At("MODULES") && NameParser.IsName(_cursor.Peek(1)))
        {
            _cursor.Next();
            return new UseModulesStatement(grammar.List(() => grammar.Names.Identifier("a module name")));
        }

        bool isCatalog = _cursor.At("CATALOG") && NameParser.IsName(_cursor.Peek(1)) && _cursor.Accept("CATALOG");
        return new UseStatement(grammar.Names.Qualified(isCatalog ? "a catalog name" : "a database name"), isCatalog);
    }

    private Statement ParseModule()
    {
        bool isLoad = _cursor.Next().Text == "LOAD";
        _cursor.Expect("MODULE", isLoad ? " behind LOAD" : " behind UNLOAD");
        Identifier name = grammar.Names.Identifier("a module name");
        return isLoad ? new LoadModuleStatement(name, grammar.Definitions.ParseWith()) : new UnloadModuleStatement(name);
    }

    private AnalyzeTableStatement ParseAnalyze()
    {
        _cursor.Next();
        _cursor.Expect("TABLE", " behind ANALYZE");
        QualifiedName table = grammar.Names.Qualified("a table name");
        EquatableArray<PartitionValue> partition = _cursor.Accept("PARTITION") ? grammar.Changes.ParsePartitionColumns() : [];
        _cursor.Expect("COMPUTE", " STATISTICS behind the table");
        _cursor.Expect("STATISTICS", " behind COMPUTE");
        if (!_cursor.Accept("FOR"))
        {
            return new AnalyzeTableStatement(table, partition);
        }

        bool isAll = _cursor.Accept("ALL");
        _cursor.Expect("COLUMNS", isAll ? " behind ALL" : " or ALL COLUMNS behind FOR");
        EquatableArray<Identifier> columns = isAll ? [] : grammar.List(() => grammar.Names.Identifier("a column name"));
        return new AnalyzeTableStatement(table, partition, columns, isAll);
    }

    private CallStatement ParseCall()
    {
        _cursor.Next();
        QualifiedName name = grammar.Names.Qualified("a procedure name behind CALL");
        return new CallStatement(grammar.Functions.ParseCall(name, name.Span.Start));
    }

    private StopJobStatement ParseStop()
    {
        _cursor.Next();
        _cursor.Expect("JOB", " behind STOP");
        StringLiteral id = grammar.Literals.String("a job's id as a string");
        bool withSavepoint = _cursor.Accept("WITH", "SAVEPOINT");
        bool withDrain = _cursor.At("WITH", "DRAIN");
        if (withDrain && !withSavepoint)
        {
            throw _cursor.Error(
                SyntaxErrorCode.UnexpectedToken, "WITH DRAIN goes only behind WITH SAVEPOINT.", _cursor.Current.Span);
        }

        _ = withDrain && _cursor.Accept("WITH", "DRAIN");
        return new StopJobStatement(id, withSavepoint, withDrain);
    }

    private bool IsStatementEnd() => _cursor.IsAtEnd || _cursor.At(TokenKind.Semicolon);

    private SetStatement ParseSet()
    {
        if (IsStatementEnd())
        {
            return new SetStatement(null, null);
        }

        Token first = _cursor.Current;
        if (first.Kind == TokenKind.String && _cursor.Peek(1).Kind == TokenKind.Equal
            && _cursor.Peek(2).Kind == TokenKind.String)
        {
            StringLiteral key = grammar.Literals.String("an option key");
            _cursor.Next();
            return new SetStatement(key, grammar.Literals.String("the option's value"));
        }

        return ParseRawSet();
    }

    /// <summary>Reads <c>SET key = value</c> from the text itself: a value such as 10s or a/b is no row of tokens.</summary>
    private SetStatement ParseRawSet()
    {
        int start = _cursor.Current.Start;
        Token equal = default;
        while (!IsStatementEnd())
        {
            if (_cursor.Current.Kind == TokenKind.Equal)
            {
                equal = _cursor.Current;
                break;
            }

            _cursor.Next();
        }

        if (equal.Kind != TokenKind.Equal || equal.Start == start)
        {
            throw _cursor.Error(SyntaxErrorCode.UnexpectedToken, "Expected '=' behind the option key of SET.",
                new SourceSpan(_cursor.PreviousEnd, 0), "Write SET 'key' = 'value'.");
        }

        StringLiteral key = ParseRaw(SourceSpan.FromBounds(start, _cursor.PreviousEnd));
        _cursor.Next();
        StringLiteral value = IsStatementEnd()
            ? new StringLiteral("") { Span = new SourceSpan(equal.End, 0) }
            : ParseRaw(SkipToEnd());
        return new SetStatement(key, value);
    }

    private SourceSpan SkipToEnd()
    {
        int start = _cursor.Current.Start;
        while (!IsStatementEnd())
        {
            _cursor.Next();
        }

        return _cursor.SpanFrom(start);
    }

    /// <summary>Takes a key or value as it stands, or without its quotes when it is one string.</summary>
    private StringLiteral ParseRaw(SourceSpan span)
    {
        string text = _cursor.Source.GetText(span).ToString();
        bool isQuoted = text.Length >= 2 && text[0] == '\'' && text[^1] == '\'';
        if (isQuoted)
        {
            text = text[1..^1].Replace("''", "'", StringComparison.Ordinal);
        }
        else
        {
            RefuseHalfPairs(text, span);
            _cursor.MarkRawText(span);
        }

        return new StringLiteral(text) { Span = span };
    }

    /// <summary>Refuses what no string could hold: comments inside raw text hide it from the lexer.</summary>
    private void RefuseHalfPairs(string text, SourceSpan span)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                throw _cursor.Error(
                    SyntaxErrorCode.InvalidCharacter, $"Half a surrogate pair: U+{(int)text[i]:X4}.",
                    new SourceSpan(span.Start + i, 1));
            }
        }
    }
}
