using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads CREATE TABLE behind the word TABLE.</summary>
internal sealed class CreateTableParser(Grammar grammar)
{
    private readonly TokenCursor _cursor = grammar.Cursor;

    public CreateTableStatement Parse(bool isTemporary)
    {
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        QualifiedName name = grammar.Names.Qualified("a table name");
        TableElements elements = new();
        if (_cursor.Accept(TokenKind.OpenParenthesis))
        {
            ParseElements(elements);
        }

        CreateTableStatement table = new(
            name,
            [.. elements.Columns],
            [.. elements.PrimaryKeys],
            [.. elements.Watermarks],
            IsTemporary: isTemporary,
            IfNotExists: ifNotExists);
        return ParseClauses(table);
    }

    private void ParseElements(TableElements elements)
    {
        do
        {
            grammar.Columns.Parse(elements);
        }
        while (_cursor.Accept(TokenKind.Comma));

        _cursor.Close("or ',' in the column list");
    }

    private CreateTableStatement ParseClauses(CreateTableStatement table)
    {
        HashSet<string> seen = [];
        while (_cursor.At(TokenKind.Word))
        {
            Token clause = _cursor.Current;
            bool isClause = clause.Text is "COMMENT" or "DISTRIBUTED" or "PARTITIONED" or "WITH" or "LIKE" or "AS";
            if (!isClause)
            {
                throw _cursor.Unexpected("a clause of CREATE TABLE: COMMENT, DISTRIBUTED, PARTITIONED BY, WITH, LIKE or AS",
                    "COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH", "LIKE", "AS");
            }

            if (!seen.Add(clause.Text!))
            {
                throw _cursor.Error(SyntaxErrorCode.DuplicateClause, $"Clause stands twice: {clause.Text}.", clause.Span);
            }

            _cursor.Next();
            table = ParseClause(table, clause.Text!);
        }

        return table;
    }

    private CreateTableStatement ParseClause(CreateTableStatement table, string clause)
    {
        switch (clause)
        {
            case "COMMENT":
                return table with { Comment = grammar.Literals.String("the comment as a string").Value };
            case "DISTRIBUTED":
                return table with { Distribution = ParseDistribution() };
            case "PARTITIONED":
                _cursor.Expect("BY", " behind PARTITIONED");
                return table with { PartitionedBy = ParseColumns("the partition columns") };
            case "WITH":
                return table with { Options = grammar.Hints.ParseOptions("the options of WITH") };
            case "LIKE":
                return table with { Like = ParseLike() };
            default:
                return table with { AsQuery = grammar.Queries.Parse() };
        }
    }

    private EquatableArray<Identifier> ParseColumns(string what) =>
        grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), what);

    private DistributionClause ParseDistribution()
    {
        int start = _cursor.Previous.Start;
        DistributionKind kind = DistributionKind.Unknown;
        EquatableArray<Identifier> columns = [];
        bool hasColumns = _cursor.Accept("BY");
        if (hasColumns)
        {
            kind = _cursor.Accept("HASH") ? DistributionKind.Hash
                : _cursor.Accept("RANGE") ? DistributionKind.Range
                : DistributionKind.Unknown;
            columns = ParseColumns("the distribution columns");
        }

        int? buckets = null;
        if (_cursor.Accept("INTO"))
        {
            buckets = grammar.Literals.SmallNumber("the number of buckets");
            _cursor.Expect("BUCKETS", " behind the number");
        }
        else if (!hasColumns)
        {
            throw _cursor.Unexpected("BY or INTO behind DISTRIBUTED", "BY", "INTO");
        }

        return new DistributionClause(kind, columns, buckets) { Span = _cursor.SpanFrom(start) };
    }

    private LikeClause ParseLike()
    {
        int start = _cursor.Previous.Start;
        QualifiedName table = grammar.Names.Qualified("a table name behind LIKE");
        List<LikeOption> options = [];
        if (_cursor.Accept(TokenKind.OpenParenthesis))
        {
            while (!_cursor.At(TokenKind.CloseParenthesis))
            {
                options.Add(ParseLikeOption());
                _cursor.Accept(TokenKind.Comma);
            }

            _cursor.Next();
        }

        return new LikeClause(table, [.. options]) { Span = _cursor.SpanFrom(start) };
    }

    private LikeOption ParseLikeOption()
    {
        int start = _cursor.Current.Start;
        LikeMode mode = Word("INCLUDING, EXCLUDING or OVERWRITING") switch
        {
            "INCLUDING" => LikeMode.Including,
            "EXCLUDING" => LikeMode.Excluding,
            "OVERWRITING" => LikeMode.Overwriting,
            _ => throw _cursor.Unexpected("INCLUDING, EXCLUDING or OVERWRITING", "INCLUDING", "EXCLUDING", "OVERWRITING"),
        };
        _cursor.Next();
        const string Features = "ALL, CONSTRAINTS, DISTRIBUTION, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS";
        LikeFeature feature = Word(Features) switch
        {
            "ALL" => LikeFeature.All,
            "CONSTRAINTS" => LikeFeature.Constraints,
            "DISTRIBUTION" => LikeFeature.Distribution,
            "GENERATED" => LikeFeature.Generated,
            "METADATA" => LikeFeature.Metadata,
            "OPTIONS" => LikeFeature.Options,
            "PARTITIONS" => LikeFeature.Partitions,
            "WATERMARKS" => LikeFeature.Watermarks,
            _ => throw _cursor.Unexpected(Features, "CONSTRAINTS", "GENERATED", "METADATA", "OPTIONS", "WATERMARKS"),
        };
        _cursor.Next();
        return new LikeOption(mode, feature) { Span = _cursor.SpanFrom(start) };
    }

    private string Word(string what) =>
        _cursor.At(TokenKind.Word) ? _cursor.Current.Text! : throw _cursor.Unexpected(what);
}
