using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads ALTER of every kind of object.</summary>
internal sealed class AlterParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public AlterStatement Parse()
    {
        _cursor.Next();
        bool isTemporary = _cursor.Accept("TEMPORARY");
        bool isSystem = isTemporary && _cursor.Accept("SYSTEM");
        ObjectKind kind = grammar.Definitions.ParseKind(
            "TABLE, VIEW, CATALOG, DATABASE, FUNCTION, MODEL, MATERIALIZED TABLE or CONNECTION behind ALTER");
        if (isTemporary && kind != ObjectKind.Function)
        {
            throw _cursor.Error(SyntaxErrorCode.UnexpectedToken, "TEMPORARY goes only with ALTER FUNCTION.", _cursor.Previous.Span);
        }

        bool ifExists = _cursor.Accept("IF", "EXISTS");
        QualifiedName name = grammar.Names.Qualified(DefinitionParser.NameOf(kind));
        int start = _cursor.Current.Start;
        AlterAction action = ParseAction(kind) with { Span = _cursor.SpanFrom(start) };
        return new AlterStatement(kind, name, action, ifExists, isTemporary, isSystem);
    }

    private AlterAction ParseAction(ObjectKind kind)
    {
        string[] words = WordsOf(kind);
        string word = _cursor.At(TokenKind.Word) && System.Array.IndexOf(words, _cursor.Current.Text) >= 0
            ? _cursor.Next().Text!
            : throw _cursor.Unexpected(
                words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} or {words[^1]}", words);
        return word switch
        {
            "RENAME" => ParseRename(hasColumns: kind == ObjectKind.Table),
            "SET" => ParseSet(kind),
            "RESET" => new ResetOptionsAction(
                grammar.Parenthesized(() => grammar.Literals.String("an option key as a string"), "the keys of RESET")),
            "COMMENT" => new SetCommentAction(grammar.Literals.String("the comment as a string").Value),
            "ADD" => IsPartitionAhead() ? ParseAddPartitions() : ParseElements(isModify: false),
            "MODIFY" => ParseElements(isModify: true),
            "DROP" => ParseDrop(kind),
            "SUSPEND" => new SuspendAction(),
            "RESUME" => new ResumeAction(grammar.Definitions.ParseWith()),
            "REFRESH" => new RefreshAction(_cursor.Accept("PARTITION") ? grammar.Changes.ParsePartition() : []),
            "AS" when kind == ObjectKind.Function => new ChangeFunctionAction(
                grammar.Literals.String("the class as a string"), grammar.Definitions.ParseLanguage()),
            _ => new ChangeQueryAction(grammar.Queries.Parse()),
        };
    }

    private static string[] WordsOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Table => ["RENAME", "SET", "RESET", "ADD", "MODIFY", "DROP"],
        ObjectKind.View => ["RENAME", "AS"],
        ObjectKind.Catalog => ["SET", "RESET", "COMMENT"],
        ObjectKind.Database => ["SET"],
        ObjectKind.Function => ["AS"],
        ObjectKind.Model or ObjectKind.Connection => ["RENAME", "SET", "RESET"],
        _ => ["SUSPEND", "RESUME", "REFRESH", "SET", "RESET", "AS", "ADD", "MODIFY", "DROP"],
    };

    private AlterAction ParseRename(bool hasColumns)
    {
        if (!hasColumns || _cursor.At("TO"))
        {
            _cursor.Expect("TO", " behind RENAME");
            return new RenameAction(grammar.Names.Qualified("the new name"));
        }

        QualifiedName column = grammar.Names.Qualified("TO or a column name");
        _cursor.Expect("TO", " behind the column");
        return new RenameColumnAction(column, grammar.Names.Qualified("the new name"));
    }

    private AlterAction ParseSet(ObjectKind kind)
    {
        bool isMaterialized = kind == ObjectKind.MaterializedTable;
        if (isMaterialized && _cursor.Accept("FRESHNESS"))
        {
            _cursor.Expect(TokenKind.Equal, "'=' behind FRESHNESS");
            return new SetFreshnessAction(grammar.Expressions.ParseOperand());
        }

        if (isMaterialized && _cursor.Accept("REFRESH_MODE"))
        {
            _cursor.Expect(TokenKind.Equal, "'=' behind REFRESH_MODE");
            return new SetRefreshModeAction(grammar.Definitions.ParseRefreshMode());
        }

        return new SetOptionsAction(grammar.Hints.ParseOptions("the options of SET"));
    }

    private bool IsPartitionAhead() =>
        _cursor.At("IF", "NOT", "EXISTS") || (_cursor.At("PARTITION") && _cursor.Peek(1).Kind == TokenKind.OpenParenthesis);

    private AddPartitionsAction ParseAddPartitions()
    {
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        List<PartitionDefinition> partitions = [];
        do
        {
            partitions.Add(ParsePartition(hasOptions: true));
            _ = _cursor.At(TokenKind.Comma) && TokenCursor.IsWord(_cursor.Peek(1), "PARTITION") && _cursor.Accept(TokenKind.Comma);
        }
        while (_cursor.At("PARTITION"));

        return new AddPartitionsAction([.. partitions], ifNotExists);
    }

    private PartitionDefinition ParsePartition(bool hasOptions)
    {
        int start = _cursor.Current.Start;
        _cursor.Expect("PARTITION");
        EquatableArray<PartitionValue> values = grammar.Changes.ParsePartition();
        EquatableArray<TableOption> options = hasOptions ? grammar.Definitions.ParseWith() : [];
        return new PartitionDefinition(values, options) { Span = _cursor.SpanFrom(start) };
    }

    private ChangeElementsAction ParseElements(bool isModify)
    {
        if (_cursor.Accept("DISTRIBUTION") || _cursor.Accept("DISTRIBUTED"))
        {
            return new ChangeElementsAction(isModify, [], Distribution: grammar.Creates.ParseDistribution());
        }

        TableElements elements = new();
        List<PlacedColumn> columns = [];
        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            grammar.Recovering(() => ParseElement(elements, columns), "the list of columns, keys and watermarks");
        }
        else
        {
            ParseElement(elements, columns);
        }

        return new ChangeElementsAction(isModify, [.. columns], [.. elements.PrimaryKeys], [.. elements.Watermarks]);
    }

    private bool ParseElement(TableElements elements, List<PlacedColumn> columns)
    {
        int start = _cursor.Current.Start;
        _ = _cursor.At("COLUMN") && NameParser.IsName(_cursor.Peek(1)) && _cursor.Accept("COLUMN");
        int count = elements.Columns.Count;
        grammar.Columns.Parse(elements);
        if (elements.Columns.Count > count)
        {
            bool isFirst = _cursor.Accept("FIRST");
            QualifiedName? after = !isFirst && _cursor.Accept("AFTER")
                ? grammar.Names.Qualified("a column name behind AFTER")
                : null;
            columns.Add(new PlacedColumn(elements.Columns[^1], isFirst, after) { Span = _cursor.SpanFrom(start) });
        }

        return true;
    }

    private AlterAction ParseDrop(ObjectKind kind)
    {
        if (kind == ObjectKind.Table && (_cursor.At("IF", "EXISTS")
            || (_cursor.At("PARTITION") && _cursor.Peek(1).Kind == TokenKind.OpenParenthesis)))
        {
            bool ifExists = _cursor.Accept("IF", "EXISTS");
            return new DropPartitionsAction(grammar.List(() => ParsePartition(hasOptions: false)), ifExists);
        }

        if (_cursor.Accept("PRIMARY", "KEY"))
        {
            return new DropConstraintAction(null);
        }

        if (_cursor.Accept("CONSTRAINT"))
        {
            return new DropConstraintAction(grammar.Names.Identifier("a constraint name"));
        }

        if (_cursor.Accept("WATERMARK"))
        {
            return new DropWatermarkAction();
        }

        if (_cursor.Accept("DISTRIBUTION"))
        {
            return new DropDistributionAction();
        }

        _ = _cursor.At("COLUMN") && NameParser.IsName(_cursor.Peek(1)) && _cursor.Accept("COLUMN");
        return new DropColumnsAction(_cursor.At(TokenKind.OpenParenthesis)
            ? grammar.Parenthesized(() => grammar.Names.Qualified("a column name"), "the columns of DROP")
            : [grammar.Names.Qualified("a column, PRIMARY KEY, CONSTRAINT, WATERMARK, DISTRIBUTION or PARTITION behind DROP")]);
    }
}
