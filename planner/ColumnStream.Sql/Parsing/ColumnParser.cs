using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads the elements of CREATE TABLE: columns, keys and watermarks.</summary>
internal sealed class ColumnParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public void Parse(TableElements elements)
    {
        int start = _cursor.Current.Start;
        if (_cursor.At("CONSTRAINT") || _cursor.At("PRIMARY", "KEY"))
        {
            elements.PrimaryKeys.Add(ParsePrimaryKey(column: null));
        }
        else if (_cursor.Accept("WATERMARK", "FOR"))
        {
            QualifiedName column = grammar.Names.Qualified("a column name");
            _cursor.Expect("AS", " behind the watermark's column");
            Expression expression = grammar.Expressions.Parse();
            elements.Watermarks.Add(new WatermarkDefinition(column, expression) { Span = _cursor.SpanFrom(start) });
        }
        else if (_cursor.At("UNIQUE") || _cursor.At("FOREIGN", "KEY") || _cursor.At("PERIOD", "FOR"))
        {
            throw _cursor.Error(SyntaxErrorCode.NotSupported, $"{_cursor.Current.Text} is not supported.",
                _cursor.Current.Span, "Only PRIMARY KEY (...) NOT ENFORCED is.");
        }
        else
        {
            ParseColumn(elements, start);
        }
    }

    private void ParseColumn(TableElements elements, int start)
    {
        Identifier name = grammar.Names.Identifier("a column name");
        ColumnDefinition column;
        if (_cursor.Accept("AS"))
        {
            Expression expression = grammar.Expressions.Parse();
            column = new ComputedColumn(name, expression, ParseComment());
        }
        else
        {
            TypeSyntax type = grammar.Types.Parse();
            if (_cursor.Accept("METADATA"))
            {
                StringLiteral? key = _cursor.Accept("FROM")
                    ? grammar.Literals.String("the metadata key as a string")
                    : null;
                bool isVirtual = _cursor.Accept("VIRTUAL");
                column = new MetadataColumn(name, type, key, isVirtual, ParseComment());
            }
            else
            {
                if (_cursor.At("CONSTRAINT") || _cursor.At("PRIMARY"))
                {
                    elements.PrimaryKeys.Add(ParsePrimaryKey(name));
                }

                column = new PhysicalColumn(name, type, ParseComment());
            }
        }

        elements.Columns.Add(column with { Span = _cursor.SpanFrom(start) });
    }

    private PrimaryKeyDefinition ParsePrimaryKey(Identifier? column)
    {
        int start = _cursor.Current.Start;
        Identifier? name = _cursor.Accept("CONSTRAINT") ? grammar.Names.Identifier("a constraint name") : null;
        _cursor.Expect("PRIMARY", " KEY");
        _cursor.Expect("KEY", " behind PRIMARY");
        EquatableArray<Identifier> columns = column is null
            ? grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the key columns")
            : [column];
        bool isEnforced = !_cursor.Accept("NOT", "ENFORCED");
        if (isEnforced)
        {
            _cursor.Accept("ENFORCED");
        }

        return new PrimaryKeyDefinition(name, columns, isEnforced) { Span = _cursor.SpanFrom(start) };
    }

    private string? ParseComment() =>
        _cursor.Accept("COMMENT") ? grammar.Literals.String("the comment as a string").Value : null;
}
