using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the JSON functions from their opening parenthesis on: arguments and clauses.</summary>
internal sealed class JsonParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public FunctionCall Parse(QualifiedName name)
    {
        string word = name.Last.Value;
        _cursor.Open($"behind {word}");
        bool isDistinct = word == "JSON_ARRAYAGG" && _cursor.Accept("DISTINCT");
        List<Expression> arguments = [];
        if (!_cursor.At(TokenKind.CloseParenthesis) && !IsNullClauseAhead())
        {
            bool hasKeys = word is "JSON_OBJECT" or "JSON_OBJECTAGG";
            do
            {
                if (hasKeys)
                {
                    ParseEntry(arguments);
                }
                else
                {
                    arguments.Add(ParseValue());
                }
            }
            while (_cursor.Accept(TokenKind.Comma));
        }

        JsonClauses clauses = word is "JSON_EXISTS" or "JSON_VALUE" or "JSON_QUERY" ? ParsePathClauses(word) : new JsonClauses();
        EquatableArray<OrderItem> order = [];
        while (!_cursor.At(TokenKind.CloseParenthesis))
        {
            if (word == "JSON_ARRAYAGG" && order.IsEmpty && _cursor.At("ORDER"))
            {
                order = grammar.Queries.ParseOrderBy();
            }
            else if (IsNullClauseAhead() && clauses.OnNull == JsonNullHandling.Default && word is not "JSON_EXISTS")
            {
                clauses = clauses with { OnNull = ParseOnNull() };
            }
            else
            {
                break;
            }
        }

        _cursor.Close($"to close {word}");
        JsonClauses? written = clauses == new JsonClauses() ? null : clauses;
        return new FunctionCall(name, [.. arguments], isDistinct, order, Json: written);
    }

    /// <summary>Reads a key and its value with VALUE, a colon or a comma between.</summary>
    private void ParseEntry(List<Expression> arguments)
    {
        bool hasKey = IsKeyAhead() && _cursor.Accept("KEY");
        arguments.Add(grammar.Expressions.Parse());
        if (!_cursor.Accept("VALUE") && !_cursor.Accept(TokenKind.Colon))
        {
            if (hasKey || !_cursor.Accept(TokenKind.Comma))
            {
                throw _cursor.Unexpected("VALUE or ':' behind the key", "VALUE");
            }
        }

        arguments.Add(ParseValue());
    }

    /// <summary>Says whether KEY stands here as a keyword, and not as the name of a column or function.</summary>
    private bool IsKeyAhead()
    {
        Token next = _cursor.Peek(1);
        return _cursor.At("KEY") && next.Kind switch
        {
            TokenKind.String or TokenKind.QuotedName or TokenKind.OpenParenthesis or TokenKind.QuestionMark => true,
            TokenKind.Integer or TokenKind.Decimal or TokenKind.Approximate or TokenKind.Binary => true,
            TokenKind.Word => next.Text != "VALUE" || (TokenCursor.IsWord(_cursor.Peek(2), "VALUE")
                && _cursor.Peek(3).Kind is not (TokenKind.Comma or TokenKind.CloseParenthesis)),
            _ => false,
        };
    }

    private Expression ParseValue()
    {
        int start = _cursor.Current.Start;
        Expression value = grammar.Expressions.Parse();
        if (!_cursor.Accept("FORMAT", "JSON"))
        {
            return value;
        }

        Identifier? encoding = _cursor.Accept("ENCODING") ? grammar.Names.Identifier("an encoding") : null;
        _cursor.Height = _cursor.CheckHeight(_cursor.Height + 1);
        return new JsonFormatArgument(value, encoding) { Span = _cursor.SpanFrom(start) };
    }

    private bool IsNullClauseAhead() => _cursor.At("NULL", "ON", "NULL") || _cursor.At("ABSENT", "ON", "NULL");

    private JsonNullHandling ParseOnNull()
    {
        JsonNullHandling handling = _cursor.Next().Text == "NULL" ? JsonNullHandling.Null : JsonNullHandling.Absent;
        _cursor.Next();
        _cursor.Next();
        return handling;
    }

    private JsonClauses ParsePathClauses(string word)
    {
        JsonClauses clauses = new();
        while (!_cursor.At(TokenKind.CloseParenthesis))
        {
            Token token = _cursor.Current;
            int start = token.Start;
            bool isNew;
            if (_cursor.Accept("PASSING"))
            {
                isNew = clauses.Passing.IsEmpty;
                clauses = clauses with { Passing = grammar.List(ParsePassing) };
            }
            else if (_cursor.Accept("RETURNING"))
            {
                isNew = clauses.Returning is null;
                clauses = clauses with { Returning = grammar.Types.Parse() };
            }
            else if (word == "JSON_QUERY" && (_cursor.At("WITH") || _cursor.At("WITHOUT")))
            {
                isNew = clauses.Wrapper == JsonWrapper.Default;
                clauses = clauses with { Wrapper = ParseWrapper() };
            }
            else
            {
                JsonBehavior behavior = ParseBehavior(word);
                _cursor.Expect("ON", " behind the behavior");
                bool isEmpty = word != "JSON_EXISTS" && _cursor.Accept("EMPTY");
                if (!isEmpty)
                {
                    _cursor.Expect("ERROR", word == "JSON_EXISTS" ? " behind ON" : " or EMPTY behind ON");
                }

                isNew = (isEmpty ? clauses.OnEmpty : clauses.OnError) is null;
                clauses = isEmpty ? clauses with { OnEmpty = behavior } : clauses with { OnError = behavior };
            }

            if (!isNew)
            {
                throw _cursor.Error(SyntaxErrorCode.DuplicateClause, $"Clause of {word} stands twice.", _cursor.SpanFrom(start));
            }
        }

        return clauses;
    }

    private JsonPassing ParsePassing()
    {
        int start = _cursor.Current.Start;
        Expression value = grammar.Expressions.Parse();
        _cursor.Expect("AS", " behind the value of PASSING");
        return new JsonPassing(value, grammar.Names.Identifier("a variable name")) { Span = _cursor.SpanFrom(start) };
    }

    private JsonWrapper ParseWrapper()
    {
        JsonWrapper wrapper = JsonWrapper.Without;
        if (!_cursor.Accept("WITHOUT"))
        {
            _cursor.Next();
            wrapper = _cursor.Accept("CONDITIONAL") ? JsonWrapper.WithConditional : JsonWrapper.WithUnconditional;
            _ = wrapper == JsonWrapper.WithUnconditional && _cursor.Accept("UNCONDITIONAL");
        }

        _cursor.Accept("ARRAY");
        _cursor.Expect("WRAPPER", " to end the clause");
        return wrapper;
    }

    private JsonBehavior ParseBehavior(string word)
    {
        int start = _cursor.Current.Start;
        JsonBehaviorKind? kind = word switch
        {
            "JSON_EXISTS" => _cursor.Accept("TRUE") ? JsonBehaviorKind.True
                : _cursor.Accept("FALSE") ? JsonBehaviorKind.False
                : _cursor.Accept("UNKNOWN") ? JsonBehaviorKind.Unknown
                : null,
            "JSON_VALUE" when _cursor.Accept("DEFAULT") => JsonBehaviorKind.Default,
            "JSON_QUERY" when _cursor.Accept("EMPTY") => ParseEmptyKind(),
            _ => null,
        };
        kind ??= _cursor.Accept("ERROR") ? JsonBehaviorKind.Error
            : word != "JSON_EXISTS" && _cursor.Accept("NULL") ? JsonBehaviorKind.Null
            : null;
        if (kind is not { } found)
        {
            throw _cursor.Unexpected(word switch
            {
                "JSON_EXISTS" => "')', PASSING, or TRUE, FALSE, UNKNOWN or ERROR with ON ERROR",
                "JSON_VALUE" => "')', RETURNING, or NULL, ERROR or DEFAULT with ON EMPTY or ON ERROR",
                _ => "')', RETURNING, a wrapper, or NULL, ERROR or EMPTY with ON EMPTY or ON ERROR",
            });
        }

        Expression? value = found == JsonBehaviorKind.Default ? grammar.Expressions.Parse() : null;
        return new JsonBehavior(found, value) { Span = _cursor.SpanFrom(start) };
    }

    private JsonBehaviorKind ParseEmptyKind()
    {
        if (_cursor.Accept("OBJECT"))
        {
            return JsonBehaviorKind.EmptyObject;
        }

        _cursor.Expect("ARRAY", " or OBJECT behind EMPTY");
        return JsonBehaviorKind.EmptyArray;
    }
}
