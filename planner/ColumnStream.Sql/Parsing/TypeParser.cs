using System;
using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads types.</summary>
internal sealed class TypeParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads a type with the NULL or NOT NULL behind it.</summary>
    public TypeSyntax Parse()
    {
        _cursor.EnterNesting();
        int start = _cursor.Current.Start;
        int outer = _cursor.Height;
        _cursor.Height = 0;
        TypeSyntax type = ParseNullability(ParseBare(), start);
        int height = _cursor.CheckHeight(_cursor.Height + 1);
        int postfixCount = 0;
        while (_cursor.At("ARRAY") || _cursor.At("MULTISET"))
        {
            _cursor.EnterNesting();
            postfixCount++;
            height = _cursor.CheckHeight(height + 1);
            type = _cursor.Accept("ARRAY") ? new ArrayTypeSyntax(type) : MakeMultiset(type);
            type = ParseNullability(type, start);
        }

        _cursor.Height = Math.Max(outer, height);
        for (; postfixCount >= 0; postfixCount--)
        {
            _cursor.LeaveNesting();
        }

        return type;
    }

    private MultisetTypeSyntax MakeMultiset(TypeSyntax element)
    {
        _cursor.Next();
        return new MultisetTypeSyntax(element);
    }

    private TypeSyntax ParseNullability(TypeSyntax type, int start)
    {
        bool isNotNull = _cursor.Accept("NOT", "NULL");
        if (!isNotNull && !TokenCursor.IsWord(_cursor.Peek(1), "ON"))
        {
            // Not the NULL of RETURNING type NULL ON EMPTY.
            _cursor.Accept("NULL");
        }

        return type with { IsNotNull = isNotNull, Span = _cursor.SpanFrom(start) };
    }

    private TypeSyntax ParseBare()
    {
        Token token = _cursor.Current;
        if (token.Kind != TokenKind.Word)
        {
            return token.Kind == TokenKind.QuotedName ? ParseNamed() : throw _cursor.Unexpected("a type");
        }

        if (ScalarTypes.Find(token.Text!) is { } scalar)
        {
            _cursor.Next();
            return ParseScalar(scalar, token.Text!);
        }

        switch (token.Text)
        {
            case "ARRAY":
                return new ArrayTypeSyntax(ParseElement());
            case "MULTISET":
                return new MultisetTypeSyntax(ParseElement());
            case "MAP":
                return ParseMap();
            case "ROW":
                return ParseRow();
            case "RAW" when _cursor.Peek(1).Kind == TokenKind.OpenParenthesis:
                return ParseRaw();
            case "STRUCTURED" when _cursor.Peek(1).Kind == TokenKind.LessThan:
                return ParseStructured();
            case "INTERVAL":
                _cursor.Next();
                return new IntervalTypeSyntax(grammar.Literals.IntervalQualifier());
            default:
                return NameParser.IsName(token) ? ParseNamed() : throw _cursor.Unexpected("a type");
        }
    }

    private NamedTypeSyntax ParseNamed()
    {
        Token token = _cursor.Current;
        if (token.Kind == TokenKind.Word && _cursor.Peek(1).Kind != TokenKind.Dot
            && NameSuggester.Suggest(token.Text!, ScalarTypes.Names) is { } near)
        {
            throw _cursor.Error(SyntaxErrorCode.UnexpectedToken, $"Expected a type. Found '{_cursor.Text(token)}'.",
                token.Span, $"Did you mean '{near}'?");
        }

        return new NamedTypeSyntax(grammar.Names.Qualified("a type"));
    }

    private ScalarTypeSyntax ParseScalar(ScalarTypeName name, string word)
    {
        if (name == ScalarTypeName.Double)
        {
            _cursor.Accept("PRECISION");
        }

        if (word is "CHAR" or "CHARACTER" or "BINARY" && _cursor.Accept("VARYING"))
        {
            name = name == ScalarTypeName.Char ? ScalarTypeName.VarChar : ScalarTypeName.VarBinary;
        }

        int? precision = null;
        int? scale = null;
        if (ScalarTypes.ParameterCount(name) > 0 && _cursor.Accept(TokenKind.OpenParenthesis))
        {
            precision = grammar.Literals.SmallNumber("a number");
            if (ScalarTypes.ParameterCount(name) > 1 && _cursor.Accept(TokenKind.Comma))
            {
                scale = grammar.Literals.SmallNumber("the scale");
            }

            _cursor.Close("to close the type");
        }

        return new ScalarTypeSyntax(ParseTimeZone(name), precision, scale);
    }

    private ScalarTypeName ParseTimeZone(ScalarTypeName name)
    {
        if (name is not (ScalarTypeName.Time or ScalarTypeName.Timestamp))
        {
            return name;
        }

        if (_cursor.Accept("WITHOUT", "TIME", "ZONE"))
        {
            return name;
        }

        if (name == ScalarTypeName.Timestamp && _cursor.At("WITH", "LOCAL", "TIME"))
        {
            _cursor.Next();
            _cursor.Next();
            _cursor.Next();
            _cursor.Expect("ZONE", " behind TIME");
            return ScalarTypeName.TimestampLtz;
        }

        return name == ScalarTypeName.Timestamp && _cursor.Accept("WITH", "TIME", "ZONE")
            ? ScalarTypeName.TimestampTz
            : name;
    }

    private TypeSyntax ParseElement()
    {
        _cursor.Next();
        _cursor.Expect(TokenKind.LessThan, "'<' before the element type");
        TypeSyntax element = Parse();
        _cursor.Expect(TokenKind.GreaterThan, "'>' behind the element type");
        return element;
    }

    private MapTypeSyntax ParseMap()
    {
        _cursor.Next();
        _cursor.Expect(TokenKind.LessThan, "'<' before the key type");
        TypeSyntax key = Parse();
        _cursor.Expect(TokenKind.Comma, "',' between the key and value types");
        TypeSyntax value = Parse();
        _cursor.Expect(TokenKind.GreaterThan, "'>' behind the value type");
        return new MapTypeSyntax(key, value);
    }

    private RawTypeSyntax ParseRaw()
    {
        _cursor.Next();
        _cursor.Next();
        Ast.Expressions.StringLiteral className = grammar.Literals.String("the class as a string");
        _cursor.Expect(TokenKind.Comma, "',' behind the class");
        Ast.Expressions.StringLiteral serializer = grammar.Literals.String("the serializer as a string");
        _cursor.Close("to close RAW");
        return new RawTypeSyntax(className, serializer);
    }

    private StructuredTypeSyntax ParseStructured()
    {
        _cursor.Next();
        _cursor.Next();
        Ast.Expressions.StringLiteral className = grammar.Literals.String("the class as a string");
        List<RowFieldSyntax> fields = [];
        while (_cursor.Accept(TokenKind.Comma))
        {
            fields.Add(ParseField());
        }

        _cursor.Expect(TokenKind.GreaterThan, "'>' behind the fields of STRUCTURED");
        return new StructuredTypeSyntax(className, [.. fields]);
    }

    private RowTypeSyntax ParseRow()
    {
        _cursor.Next();
        if (_cursor.Accept(TokenKind.NotEqual))
        {
            return new RowTypeSyntax([]);
        }

        TokenKind close = _cursor.At(TokenKind.OpenParenthesis) ? TokenKind.CloseParenthesis : TokenKind.GreaterThan;
        if (!_cursor.Accept(TokenKind.OpenParenthesis))
        {
            _cursor.Expect(TokenKind.LessThan, "'<' before the fields of ROW");
        }

        List<RowFieldSyntax> fields = [];
        if (!_cursor.At(close))
        {
            fields.AddRange(grammar.List(ParseField));
        }

        _cursor.Expect(close, close == TokenKind.GreaterThan ? "'>' behind the fields of ROW" : "')' to close ROW");
        return new RowTypeSyntax([.. fields]);
    }

    private RowFieldSyntax ParseField()
    {
        int start = _cursor.Current.Start;
        Identifier name = grammar.Names.Identifier("a field name");
        TypeSyntax type = Parse();
        string? comment = null;
        if (_cursor.Accept("COMMENT"))
        {
            comment = grammar.Literals.String("the comment as a string").Value;
        }
        else if (_cursor.At(TokenKind.String))
        {
            comment = _cursor.Next().Text;
        }

        return new RowFieldSyntax(name, type, comment) { Span = _cursor.SpanFrom(start) };
    }
}
