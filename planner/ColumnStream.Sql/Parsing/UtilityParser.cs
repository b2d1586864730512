using System;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the statements about the session and the catalog: SET, RESET, SHOW, DESCRIBE, USE.</summary>
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
            case "SHOW":
                _cursor.Next();
                return ParseShow();
            case "DESCRIBE" or "DESC":
                _cursor.Next();
                bool isExtended = _cursor.Accept("EXTENDED");
                return new DescribeStatement(grammar.Names.Qualified("a table name"), isExtended);
            case "USE":
                _cursor.Next();
                if (_cursor.At("MODULES"))
                {
                    throw _cursor.Error(SyntaxErrorCode.NotSupported, "USE MODULES is not supported yet.",
                        _cursor.Current.Span);
                }

                bool isCatalog = _cursor.Accept("CATALOG");
                return new UseStatement(grammar.Names.Qualified(isCatalog ? "a catalog name" : "a database name"), isCatalog);
            default:
                return null;
        }
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

    private ShowStatement ParseShow()
    {
        ShowKind kind = ParseShowKind();
        QualifiedName? name = null;
        if (kind is ShowKind.CreateTable or ShowKind.CreateView or ShowKind.Partitions)
        {
            name = grammar.Names.Qualified("a table name");
        }
        else if (kind == ShowKind.Columns && !_cursor.At("FROM") && !_cursor.At("IN"))
        {
            throw _cursor.Unexpected("FROM behind SHOW COLUMNS", "FROM", "IN");
        }
        else if (_cursor.Accept("FROM") || _cursor.Accept("IN"))
        {
            name = grammar.Names.Qualified(kind == ShowKind.Columns ? "a table name" : "a database name");
        }

        bool isNegated = _cursor.Accept("NOT");
        if (isNegated && !_cursor.At("LIKE"))
        {
            throw _cursor.Unexpected("LIKE behind NOT", "LIKE");
        }

        StringLiteral? like = _cursor.Accept("LIKE") ? grammar.Literals.String("a pattern as a string") : null;
        return new ShowStatement(kind, name, like, isNegated);
    }

    private ShowKind ParseShowKind()
    {
        string[] words =
        [
            "TABLES", "VIEWS", "FUNCTIONS", "DATABASES", "CATALOGS", "COLUMNS", "PARTITIONS", "MODULES", "JOBS", "CREATE",
            "CURRENT", "USER", "FULL",
        ];
        ShowKind? kind = _cursor.Current.Text switch
        {
            "CATALOGS" => ShowKind.Catalogs,
            "DATABASES" => ShowKind.Databases,
            "TABLES" => ShowKind.Tables,
            "VIEWS" => ShowKind.Views,
            "COLUMNS" => ShowKind.Columns,
            "PARTITIONS" => ShowKind.Partitions,
            "FUNCTIONS" => ShowKind.Functions,
            "MODULES" => ShowKind.Modules,
            "JOBS" => ShowKind.Jobs,
            "CREATE" when _cursor.At("CREATE", "TABLE") => ShowKind.CreateTable,
            "CREATE" when _cursor.At("CREATE", "VIEW") => ShowKind.CreateView,
            "CURRENT" when _cursor.At("CURRENT", "CATALOG") => ShowKind.CurrentCatalog,
            "CURRENT" when _cursor.At("CURRENT", "DATABASE") => ShowKind.CurrentDatabase,
            "USER" when _cursor.At("USER", "FUNCTIONS") => ShowKind.UserFunctions,
            "FULL" when _cursor.At("FULL", "MODULES") => ShowKind.FullModules,
            _ => null,
        };
        if (kind is null)
        {
            throw _cursor.Unexpected("TABLES, VIEWS, FUNCTIONS, DATABASES, CATALOGS, COLUMNS or CREATE TABLE behind SHOW",
                words);
        }

        int wordCount = kind is ShowKind.CreateTable or ShowKind.CreateView or ShowKind.CurrentCatalog
            or ShowKind.CurrentDatabase or ShowKind.UserFunctions or ShowKind.FullModules ? 2 : 1;
        for (int index = 0; index < wordCount; index++)
        {
            _cursor.Next();
        }

        return kind.Value;
    }
}
