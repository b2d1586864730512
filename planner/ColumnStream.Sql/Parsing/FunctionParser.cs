using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads function calls: plain ones with their clauses, and those whose arguments have keywords between.</summary>
internal sealed class FunctionParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads arguments and clauses; the name has been read.</summary>
    public FunctionCall ParseCall(QualifiedName name, int start)
    {
        _cursor.Open("before the arguments");
        bool isDistinct = _cursor.Accept("DISTINCT");
        if (!isDistinct)
        {
            _cursor.Accept("ALL");
        }

        EquatableArray<Expression> arguments = [];
        if (!_cursor.At(TokenKind.CloseParenthesis))
        {
            arguments = grammar.List(ParseArgument);
        }

        NullTreatment nulls = ParseNullTreatment();
        EquatableArray<OrderItem> order = _cursor.At("ORDER") ? grammar.Queries.ParseOrderBy() : [];
        _cursor.Close($"to close the arguments of {name.ToDisplayString()}");
        FunctionCall call = new(name, arguments, isDistinct, order, NullTreatment: nulls);
        return ParseClauses(call) with { Span = _cursor.SpanFrom(start) };
    }

    /// <summary>Reads a function whose arguments may have keywords between; its name is the current token.</summary>
    public Expression ParseSpecial(string word, int start)
    {
        Token token = _cursor.Next();
        QualifiedName name = new([new Identifier(word) { Span = token.Span }]) { Span = token.Span };
        if (word.StartsWith("JSON_", System.StringComparison.Ordinal))
        {
            return ParseClauses(grammar.Json.Parse(name)) with { Span = _cursor.SpanFrom(start) };
        }

        _cursor.Open($"behind {word}");
        Expression call = word == "TRIM"
            ? ParseTrim()
            : new FunctionCall(name, word switch
            {
                "EXTRACT" => ParseExtract(),
                "FLOOR" or "CEIL" or "CEILING" => ParseRounding(),
                "POSITION" => ParseWithWords("IN", "FROM"),
                "SUBSTRING" => ParseWithWords("FROM", "FOR"),
                "OVERLAY" => ParseWithWords("PLACING", "FROM", "FOR"),
                "CONVERT" or "TRANSLATE" => ParseConversion(),
                _ => ParseTimestampArguments(),
            });
        _cursor.Close($"to close {word}");
        return call with { Span = _cursor.SpanFrom(start) };
    }

    private FunctionCall ParseClauses(FunctionCall call)
    {
        while (true)
        {
            if (ParseNullTreatment() is var nulls and not NullTreatment.Default)
            {
                call = call with { NullTreatment = nulls };
            }
            else if (call.WithinGroup.IsEmpty && _cursor.Accept("WITHIN", "GROUP"))
            {
                _cursor.Open("behind WITHIN GROUP");
                call = call with { WithinGroup = grammar.Queries.ParseOrderBy() };
                _cursor.Close("to close WITHIN GROUP");
            }
            else if (call.Filter is null && _cursor.Accept("FILTER"))
            {
                _cursor.Open("behind FILTER");
                _cursor.Expect("WHERE", " behind FILTER (");
                call = call with { Filter = grammar.Expressions.Parse() };
                _cursor.Close("to close FILTER");
            }
            else if (call.Over is null && _cursor.Accept("OVER"))
            {
                call = call with { Over = grammar.Windows.ParseOver() };
            }
            else
            {
                return call;
            }
        }
    }

    private NullTreatment ParseNullTreatment() =>
        _cursor.Accept("RESPECT", "NULLS") ? NullTreatment.Respect
        : _cursor.Accept("IGNORE", "NULLS") ? NullTreatment.Ignore
        : NullTreatment.Default;

    private Expression ParseArgument()
    {
        Token token = _cursor.Current;
        bool isWord = token.Kind is TokenKind.Word;
        if ((isWord || token.Kind is TokenKind.QuotedName) && _cursor.Peek(1).Kind == TokenKind.Arrow)
        {
            Identifier name = grammar.Names.Make(_cursor.Next());
            _cursor.Next();
            _cursor.EnterNesting();
            Expression value = ParseArgument();
            _cursor.LeaveNesting();
            _cursor.Height = _cursor.CheckHeight(_cursor.Height + 1);
            return new NamedArgument(name, value) { Span = _cursor.SpanFrom(token.Start) };
        }

        if (_cursor.Accept(TokenKind.Star))
        {
            return new StarArgument { Span = token.Span };
        }

        if (TokenCursor.IsWord(token, "MODEL") && NameParser.IsName(_cursor.Peek(1)))
        {
            _cursor.Next();
            return new ModelArgument(grammar.Names.Qualified("a model name")) { Span = _cursor.SpanFrom(token.Start) };
        }

        if (TokenCursor.IsWord(token, "DESCRIPTOR") && _cursor.Peek(1).Kind == TokenKind.OpenParenthesis)
        {
            _cursor.Next();
            EquatableArray<Identifier> columns =
                grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "DESCRIPTOR");
            return new DescriptorArgument(columns) { Span = _cursor.SpanFrom(token.Start) };
        }

        return ParseTableOrValue(token);
    }

    private Expression ParseTableOrValue(Token token)
    {
        TableReference table;
        if (_cursor.Accept("TABLE"))
        {
            table = grammar.Tables.ParseArgument();
        }
        else
        {
            Expression value = grammar.Expressions.Parse();
            if (value is not SubqueryExpression subquery || !(_cursor.At("PARTITION") || _cursor.At("ORDER")))
            {
                return value;
            }

            table = new DerivedTable(subquery.Query) { Span = subquery.Span };
        }

        EquatableArray<Expression> partition = [];
        if (_cursor.Accept("PARTITION", "BY"))
        {
            bool isList = _cursor.At(TokenKind.OpenParenthesis);
            partition = isList
                ? grammar.Parenthesized(grammar.Expressions.Parse, "PARTITION BY")
                : [grammar.Expressions.Parse()];
            while (!isList && _cursor.At(TokenKind.Comma) && !IsArgumentAhead())
            {
                _cursor.Next();
                partition = [.. partition, grammar.Expressions.Parse()];
            }
        }

        EquatableArray<OrderItem> order = _cursor.At("ORDER") ? grammar.Queries.ParseTableOrder() : [];
        return new TableArgument(table, partition, order) { Span = _cursor.SpanFrom(token.Start) };
    }

    /// <summary>Says whether the next argument, and not another partition column, follows the comma.</summary>
    private bool IsArgumentAhead()
    {
        Token next = _cursor.Peek(1);
        return !NameParser.IsName(next)
            || TokenCursor.IsWord(next, "DESCRIPTOR")
            || _cursor.Peek(2).Kind is TokenKind.Arrow or TokenKind.OpenParenthesis;
    }

    private EquatableArray<Expression> ParseExtract()
    {
        TimeUnitArgument unit = grammar.Literals.Unit();
        _cursor.Expect("FROM", " behind the unit of EXTRACT");
        return [unit, grammar.Expressions.Parse()];
    }

    private EquatableArray<Expression> ParseRounding()
    {
        EquatableArray<Expression> arguments = grammar.List(grammar.Expressions.Parse);
        return arguments.Count == 1 && _cursor.Accept("TO") ? [.. arguments, grammar.Literals.Unit()] : arguments;
    }

    private EquatableArray<Expression> ParseConversion()
    {
        EquatableArray<Expression> arguments = grammar.List(ParseArgument);
        if (arguments.Count == 1 && _cursor.Accept("USING"))
        {
            QualifiedName name = grammar.Names.Qualified("a character set");
            return [.. arguments, new CharacterSetArgument(name) { Span = name.Span }];
        }

        return arguments;
    }

    private EquatableArray<Expression> ParseTimestampArguments()
    {
        TimeUnitArgument unit = grammar.Literals.Unit();
        _cursor.Expect(TokenKind.Comma, "',' behind the unit");
        return [unit, .. grammar.List(grammar.Expressions.Parse)];
    }

    /// <summary>Reads arguments with the given words, in their order, in the place of commas.</summary>
    private EquatableArray<Expression> ParseWithWords(params string[] words)
    {
        List<Expression> arguments = [];
        if (words[0] == "IN")
        {
            // The left operand of IN must not take IN for its own operator.
            arguments.Add(grammar.Expressions.ParseOperand());
        }
        else
        {
            arguments.Add(grammar.Expressions.Parse());
        }

        if (_cursor.At(TokenKind.Comma))
        {
            _cursor.Next();
            arguments.AddRange(grammar.List(grammar.Expressions.Parse));
            return [.. arguments];
        }

        foreach (string word in words)
        {
            if (_cursor.Accept(word))
            {
                arguments.Add(grammar.Expressions.Parse());
            }
            else if (arguments.Count == 1)
            {
                throw _cursor.Unexpected($"{word} or a comma behind the first argument", word);
            }
        }

        return [.. arguments];
    }

    private TrimExpression ParseTrim()
    {
        TrimSide side = TrimSide.Both;
        bool hasSide = true;
        if (_cursor.Accept("LEADING"))
        {
            side = TrimSide.Leading;
        }
        else if (_cursor.Accept("TRAILING"))
        {
            side = TrimSide.Trailing;
        }
        else
        {
            hasSide = _cursor.Accept("BOTH");
        }

        Expression? characters = hasSide && _cursor.At("FROM") ? null : grammar.Expressions.Parse();
        if (_cursor.Accept("FROM"))
        {
            return new TrimExpression(side, characters, grammar.Expressions.Parse());
        }

        return hasSide ? throw _cursor.Unexpected("FROM behind the characters to trim", "FROM")
            : new TrimExpression(side, null, characters!);
    }
}
