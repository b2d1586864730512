using System.Collections.Generic;
using System.Linq;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads CREATE TABLE behind the word TABLE.</summary>
internal sealed class CreateTableParser(Grammar grammar)
{
    private static readonly string[] s_clauses = ["COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH", "LIKE", "AS"];

    private readonly TokenCursor _cursor = grammar.Cursor;

    public CreateTableStatement Parse(bool isTemporary, CreateMode mode)
    {
        CreateTableStatement table = ParseHead(isTemporary, mode);
        HashSet<string> seen = [];
        while (_cursor.At(TokenKind.Word) && !StatementStarts.IsLikely(_cursor) && table.AsQuery is null)
        {
            table = ParseClause(table, seen, s_clauses);
        }

        return table;
    }

    /// <summary>Reads the name and the elements in parentheses.</summary>
    public CreateTableStatement ParseHead(bool isTemporary, CreateMode mode)
    {
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        QualifiedName name = grammar.Names.Qualified("a table name");
        TableElements elements = new();
        if (_cursor.At(TokenKind.OpenParenthesis))
        {
            grammar.Recovering(() => grammar.Columns.Parse(elements), "the column list", IsClauseAhead);
        }

        return new CreateTableStatement(
            name,
            [.. elements.Columns],
            [.. elements.PrimaryKeys],
            [.. elements.Watermarks],
            IsTemporary: isTemporary,
            IfNotExists: ifNotExists,
            Mode: mode);
    }

    /// <summary>Reads one of the clauses behind the elements.</summary>
    public CreateTableStatement ParseClause(CreateTableStatement table, HashSet<string> seen, params string[] clauses)
    {
        Token clause = _cursor.Current;
        if (!clauses.Contains(clause.Text))
        {
            string list = string.Join(", ", clauses[..^1]);
            throw _cursor.Unexpected($"a clause of CREATE TABLE: {list} or {clauses[^1]}", clauses);
        }

        CheckClause(clause, seen);
        _cursor.Next();
        return ParseClause(table, clause.Text!);
    }

    /// <summary>Refuses a clause that stands twice.</summary>
    public void CheckClause(Token clause, HashSet<string> seen)
    {
        if (!seen.Add(clause.Text!))
        {
            throw _cursor.Error(SyntaxErrorCode.DuplicateClause, $"Clause stands twice: {clause.Text}.", clause.Span);
        }
    }

    private bool IsClauseAhead() => (_cursor.At("WITH") && _cursor.Peek(1).Kind == TokenKind.OpenParenthesis)
        || _cursor.At("PARTITIONED", "BY") || _cursor.At("DISTRIBUTED", "BY");

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

    /// <summary>Reads a distribution behind the word DISTRIBUTED, or DISTRIBUTION in ALTER.</summary>
    public DistributionClause ParseDistribution()
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
