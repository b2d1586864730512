using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads hints and option lists.</summary>
internal sealed class HintParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads <c>/*+ ... */</c> if it is there.</summary>
    public EquatableArray<Hint> Parse()
    {
        if (!_cursor.Accept(TokenKind.HintStart))
        {
            return [];
        }

        List<Hint> hints = [ParseHint()];
        while (!_cursor.At(TokenKind.HintEnd))
        {
            _cursor.Accept(TokenKind.Comma);
            if (!_cursor.At(TokenKind.Word))
            {
                throw _cursor.Unexpected("'*/' to close the hint");
            }

            hints.Add(ParseHint());
        }

        _cursor.Next();
        return [.. hints];
    }

    /// <summary>Reads <c>('key' = 'value', ...)</c>.</summary>
    public EquatableArray<TableOption> ParseOptions(string what) => grammar.Recovering(ParseOption, what, mayBeEmpty: true);

    private TableOption ParseOption()
    {
        int start = _cursor.Current.Start;
        if (_cursor.At(TokenKind.Word))
        {
            throw _cursor.Error(SyntaxErrorCode.UnexpectedToken,
                $"Expected an option key as a string. Found '{_cursor.Text(_cursor.Current)}'.", _cursor.Current.Span,
                $"Quote it: '{_cursor.Text(_cursor.Current)}'.");
        }

        StringLiteral key = grammar.Literals.String("an option key as a string");
        _cursor.Expect(TokenKind.Equal, "'=' behind the option key");
        StringLiteral value = grammar.Literals.String("the option's value as a string");
        return new TableOption(key, value) { Span = _cursor.SpanFrom(start) };
    }

    private Hint ParseHint()
    {
        int start = _cursor.Current.Start;
        Token token = _cursor.Expect(TokenKind.Word, "the name of a hint");
        Identifier name = grammar.Names.Make(token);
        List<TableOption> options = [];
        List<Expression> arguments = [];
        if (_cursor.Accept(TokenKind.OpenParenthesis))
        {
            while (!_cursor.At(TokenKind.CloseParenthesis))
            {
                ParseHintItem(options, arguments);
                if (!_cursor.Accept(TokenKind.Comma))
                {
                    break;
                }
            }

            _cursor.Close("to close the hint's arguments");
        }

        return new Hint(name, [.. options], [.. arguments]) { Span = _cursor.SpanFrom(start) };
    }

    private void ParseHintItem(List<TableOption> options, List<Expression> arguments)
    {
        if (_cursor.At(TokenKind.String) && _cursor.Peek(1).Kind == TokenKind.Equal)
        {
            options.Add(ParseOption());
        }
        else
        {
            arguments.Add(grammar.Expressions.ParseOperand());
        }
    }
}
