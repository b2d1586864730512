using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the elements of CREATE TABLE: columns, keys and watermarks.</summary>
internal sealed class ColumnParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    /// <summary>Reads one element into <paramref name="elements"/>; true, for lists of elements.</summary>
    public bool Parse(TableElements elements)
    {
        int start = _cursor.Current.Start;
        if (IsKeyAhead())
        {
            elements.PrimaryKeys.Add(ParsePrimaryKey(column: null));
        }
        else if (_cursor.At("WATERMARK", "FOR"))
        {
            elements.Watermarks.Add(ParseWatermark());
        }
        else if (_cursor.At("FOREIGN", "KEY") || _cursor.At("PERIOD", "FOR"))
        {
            throw _cursor.Error(SyntaxErrorCode.NotSupported, $"{_cursor.Current.Text} is not supported.",
                _cursor.Current.Span, "Only PRIMARY KEY (...) NOT ENFORCED is.");
        }
        else
        {
            elements.Columns.Add(ParseColumn(elements, start));
        }

        return true;
    }

    /// <summary>Reads a column where nothing else may stand.</summary>
    public ColumnDefinition ParseColumn()
    {
        TableElements elements = new();
        ColumnDefinition column = ParseColumn(elements, _cursor.Current.Start);
        return elements.PrimaryKeys is [var key, ..]
            ? throw _cursor.Error(SyntaxErrorCode.UnexpectedToken, "A key cannot stand here.", key.Span)
            : column;
    }

    private bool IsKeyAhead() => _cursor.At("CONSTRAINT") || _cursor.At("PRIMARY", "KEY")
        || (_cursor.At("UNIQUE") && _cursor.Peek(1).Kind == TokenKind.OpenParenthesis);

    private WatermarkDefinition ParseWatermark()
    {
        int start = _cursor.Next().Start;
        _cursor.Next();
        QualifiedName column = grammar.Names.Qualified("a column name");
        _cursor.Expect("AS", " behind the watermark's column");
        Expression expression = grammar.Expressions.Parse();
        return new WatermarkDefinition(column, expression) { Span = _cursor.SpanFrom(start) };
    }

    private ColumnDefinition ParseColumn(TableElements elements, int start)
    {
        Identifier name = grammar.Names.Identifier("a column name");
        ColumnDefinition column;
        if (_cursor.Accept("AS"))
        {
            Expression expression = grammar.Expressions.Parse();
            column = new ComputedColumn(name, expression, ParseComment());
        }
        else if (_cursor.At(TokenKind.Comma) || _cursor.At(TokenKind.CloseParenthesis))
        {
            column = new UntypedColumn(name);
        }
        else
        {
            TypeSyntax type = grammar.Types.Parse();
            if (_cursor.Accept("METADATA"))
            {
                StringLiteral? key = _cursor.Accept("FROM") ? ParseKey() : null;
                bool isVirtual = _cursor.Accept("VIRTUAL");
                column = new MetadataColumn(name, type, key, isVirtual, ParseComment());
            }
            else
            {
                if (_cursor.At("CONSTRAINT") || _cursor.At("PRIMARY") || _cursor.At("UNIQUE"))
                {
                    elements.PrimaryKeys.Add(ParsePrimaryKey(name));
                }

                column = new PhysicalColumn(name, type, ParseComment());
            }
        }

        return column with { Span = _cursor.SpanFrom(start) };
    }

    private PrimaryKeyDefinition ParsePrimaryKey(Identifier? column)
    {
        int start = _cursor.Current.Start;
        Identifier? name = _cursor.Accept("CONSTRAINT") ? grammar.Names.Identifier("a constraint name") : null;
        bool isUnique = _cursor.Accept("UNIQUE");
        if (!isUnique)
        {
            _cursor.Expect("PRIMARY", " KEY");
            _cursor.Expect("KEY", " behind PRIMARY");
        }

        EquatableArray<Identifier> columns = column is null
            ? grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the key columns")
            : [column];
        bool isEnforced = !_cursor.Accept("NOT", "ENFORCED");
        if (isEnforced)
        {
            _cursor.Accept("ENFORCED");
        }

        return new PrimaryKeyDefinition(name, columns, isEnforced, isUnique) { Span = _cursor.SpanFrom(start) };
    }

    /// <summary>Reads a metadata key: a string, or a name in backquotes, as some pages of the dialect write it.</summary>
    private StringLiteral ParseKey()
    {
        if (!_cursor.At(TokenKind.QuotedName))
        {
            return grammar.Literals.String("the metadata key as a string");
        }

        Token token = _cursor.Next();
        return new StringLiteral(token.Text!) { Span = token.Span };
    }

    private string? ParseComment() =>
        _cursor.Accept("COMMENT") ? grammar.Literals.String("the comment as a string").Value : null;
}
