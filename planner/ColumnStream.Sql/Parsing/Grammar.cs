using System;
using System.Collections.Generic;

namespace ColumnStream.Sql.Parsing;

/// <summary>Ties the parsers of one script together, since each noun of the grammar needs the others.</summary>
internal sealed class Grammar
{
    public Grammar(TokenCursor cursor)
    {
        Cursor = cursor;
        Names = new NameParser(cursor);
        Literals = new LiteralParser(cursor);
        Types = new TypeParser(this);
        Expressions = new ExpressionParser(this);
        Primaries = new PrimaryParser(this);
        Functions = new FunctionParser(this);
        Json = new JsonParser(this);
        Windows = new WindowParser(this);
        Hints = new HintParser(this);
        Groupings = new GroupingParser(this);
        Tables = new TableReferenceParser(this);
        Queries = new QueryParser(this);
        Patterns = new PatternParser(this);
        Pivots = new PivotParser(this);
        Creates = new CreateTableParser(this);
        Columns = new ColumnParser(this);
        Definitions = new DefinitionParser(this);
        Alterations = new AlterParser(this);
        Changes = new ChangeParser(this);
        Listings = new ListingParser(this);
        Utilities = new UtilityParser(this);
        Statements = new StatementParser(this);
    }

    public TokenCursor Cursor { get; }

    public NameParser Names { get; }

    public LiteralParser Literals { get; }

    public TypeParser Types { get; }

    public ExpressionParser Expressions { get; }

    public PrimaryParser Primaries { get; }

    public FunctionParser Functions { get; }

    public JsonParser Json { get; }

    public WindowParser Windows { get; }

    public HintParser Hints { get; }

    public GroupingParser Groupings { get; }

    public TableReferenceParser Tables { get; }

    public QueryParser Queries { get; }

    public PatternParser Patterns { get; }

    public PivotParser Pivots { get; }

    public DefinitionParser Definitions { get; }

    public AlterParser Alterations { get; }

    public ChangeParser Changes { get; }

    public ListingParser Listings { get; }

    public CreateTableParser Creates { get; }

    public ColumnParser Columns { get; }

    public UtilityParser Utilities { get; }

    public StatementParser Statements { get; }

    /// <summary>Reads one or more items with commas between.</summary>
    public EquatableArray<T> List<T>(Func<T> item)
    {
        List<T> items = [item()];
        while (Cursor.Accept(TokenKind.Comma))
        {
            items.Add(item());
        }

        return [.. items];
    }

    /// <summary>
    /// Reads a list in parentheses; a wrong item is reported and the list is read on behind the next comma. When
    /// <paramref name="isBehind"/> says that what follows the list has begun, the list is taken as closed.
    /// </summary>
    public EquatableArray<T> Recovering<T>(
        Func<T> item, string what, Func<bool>? isBehind = null, bool mayBeEmpty = false)
    {
        Cursor.Open($"to open {what}");
        List<T> items = [];
        if (mayBeEmpty && Cursor.Accept(TokenKind.CloseParenthesis))
        {
            return [];
        }

        int nesting = Cursor.Nesting;
        while (true)
        {
            try
            {
                items.Add(item());
                if (Cursor.Accept(TokenKind.CloseParenthesis))
                {
                    return [.. items];
                }

                if (!Cursor.Accept(TokenKind.Comma))
                {
                    throw Cursor.Unexpected($"')' or ',' in {what}");
                }
            }
            catch (SyntaxException error) when (!Cursor.IsFull)
            {
                if (isBehind is not null && isBehind())
                {
                    Cursor.ReportInside(error, nesting);
                    return [.. items];
                }

                int start = Cursor.Index;
                if (!Cursor.SkipItem())
                {
                    Cursor.Return(start);
                    throw;
                }

                Cursor.ReportInside(error, nesting);
                if (Cursor.Next().Kind == TokenKind.CloseParenthesis)
                {
                    return [.. items];
                }
            }
        }
    }

    /// <summary>Reads a list in parentheses; <paramref name="what"/> names it in errors, as in "the column list".</summary>
    public EquatableArray<T> Parenthesized<T>(Func<T> item, string what)
    {
        Cursor.Open($"to open {what}");
        EquatableArray<T> items = List(item);
        Cursor.Close($"to close {what}");
        return items;
    }
}
