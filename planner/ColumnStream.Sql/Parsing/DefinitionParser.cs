using System.Collections.Generic;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads CREATE, REPLACE and DROP of every kind of object.</summary>
internal sealed class DefinitionParser(Grammar grammar)
{
    private const string Kinds = "TABLE, VIEW, CATALOG, DATABASE, FUNCTION, MODEL, MATERIALIZED TABLE or CONNECTION";

    private static readonly string[] s_kinds =
    [
        "TABLE", "VIEW", "CATALOG", "DATABASE", "FUNCTION", "MODEL", "MATERIALIZED", "CONNECTION", "TEMPORARY", "SYSTEM",
    ];

    private readonly TokenCursor _cursor = grammar.Cursor;

    public Statement ParseCreate()
    {
        bool isReplace = _cursor.Next().Text == "REPLACE";
        bool isOrReplace = !isReplace && _cursor.Accept("OR", "REPLACE");
        bool isOrAlter = !isReplace && !isOrReplace && _cursor.Accept("OR", "ALTER");
        bool isTemporary = _cursor.Accept("TEMPORARY");
        bool isSystem = _cursor.Accept("SYSTEM");
        bool isPlain = !isReplace && !isOrReplace && !isOrAlter && !isSystem;
        switch (_cursor.Current.Text)
        {
            case "TABLE" when !isOrAlter && !isSystem:
                _cursor.Next();
                CreateMode mode = isReplace ? CreateMode.Replace : isOrReplace ? CreateMode.CreateOrReplace : CreateMode.Create;
                return grammar.Creates.Parse(isTemporary, mode);
            case "VIEW" when isPlain || isOrReplace:
                return ParseView(isTemporary, isOrReplace);
            case "CATALOG" when isPlain && !isTemporary:
                return ParseCatalog();
            case "DATABASE" when isPlain && !isTemporary:
                return ParseDatabase();
            case "FUNCTION" when !isReplace && !isOrReplace && !isOrAlter:
                return ParseFunction(isTemporary, isSystem);
            case "MODEL" when isPlain:
                return ParseModel(isTemporary);
            case "MATERIALIZED" when (isPlain || isOrAlter) && !isTemporary && _cursor.At("MATERIALIZED", "TABLE"):
                return ParseMaterializedTable(isOrAlter);
            case "CONNECTION" when !isReplace && !isOrReplace && !isOrAlter:
                return ParseConnection(isTemporary, isSystem);
            default:
                throw FindKind(_cursor.Current) is not null || _cursor.At("MATERIALIZED", "TABLE")
                    ? _cursor.Error(
                        SyntaxErrorCode.UnexpectedToken, $"{_cursor.Previous.Text} does not go with {_cursor.Current.Text}.",
                        _cursor.Current.Span)
                    : _cursor.Unexpected($"{Kinds} behind {_cursor.Previous.Text}", s_kinds);
        }
    }

    public DropStatement ParseDrop()
    {
        _cursor.Next();
        bool isTemporary = _cursor.Accept("TEMPORARY");
        bool isSystem = _cursor.At("SYSTEM", "FUNCTION") && _cursor.Accept("SYSTEM");
        ObjectKind kind = ParseKind($"{Kinds} behind DROP");
        bool ifExists = _cursor.Accept("IF", "EXISTS");
        QualifiedName name = grammar.Names.Qualified(NameOf(kind));
        bool isCascade = kind == ObjectKind.Database && _cursor.Accept("CASCADE");
        _ = kind == ObjectKind.Database && !isCascade && _cursor.Accept("RESTRICT");
        return new DropStatement(kind, name, isTemporary, ifExists, isSystem, isCascade);
    }

    /// <summary>Reads the word or words that name a kind of object.</summary>
    public ObjectKind ParseKind(string expected)
    {
        ObjectKind? kind = FindKind(_cursor.Current) ?? (_cursor.At("MATERIALIZED", "TABLE") ? ObjectKind.MaterializedTable : null);
        if (kind is null)
        {
            throw _cursor.Unexpected(expected, s_kinds);
        }

        _cursor.Next();
        _ = kind == ObjectKind.MaterializedTable && _cursor.Accept("TABLE");
        return kind.Value;
    }

    public static ObjectKind? FindKind(Token token) => token.Kind != TokenKind.Word ? null : token.Text switch
    {
        "TABLE" => ObjectKind.Table,
        "VIEW" => ObjectKind.View,
        "CATALOG" => ObjectKind.Catalog,
        "DATABASE" => ObjectKind.Database,
        "FUNCTION" => ObjectKind.Function,
        "MODEL" => ObjectKind.Model,
        "CONNECTION" => ObjectKind.Connection,
        _ => null,
    };

    /// <summary>Says in an error what name is expected.</summary>
    public static string NameOf(ObjectKind kind) => kind switch
    {
        ObjectKind.View => "a view name",
        ObjectKind.Catalog => "a catalog name",
        ObjectKind.Database => "a database name",
        ObjectKind.Function => "a function name",
        ObjectKind.Model => "a model name",
        ObjectKind.Connection => "a connection name",
        _ => "a table name",
    };

    public string? ParseComment() =>
        _cursor.Accept("COMMENT") ? grammar.Literals.String("the comment as a string").Value : null;

    public EquatableArray<TableOption> ParseWith() =>
        _cursor.Accept("WITH") ? grammar.Hints.ParseOptions("the options of WITH") : [];

    /// <summary>Reads <c>LANGUAGE name</c>, if it is there.</summary>
    public Identifier? ParseLanguage() => _cursor.Accept("LANGUAGE") ? grammar.Names.Identifier("a language") : null;

    private CreateViewStatement ParseView(bool isTemporary, bool isOrReplace)
    {
        _cursor.Next();
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        QualifiedName name = grammar.Names.Qualified("a view name");
        EquatableArray<Identifier> columns = _cursor.At(TokenKind.OpenParenthesis)
            ? grammar.Parenthesized(() => grammar.Names.Identifier("a column name"), "the column list")
            : [];
        string? comment = ParseComment();
        _cursor.Expect("AS", " before the query of the view");
        return new CreateViewStatement(name, columns, grammar.Queries.Parse(), comment, isTemporary, ifNotExists, isOrReplace);
    }

    private CreateCatalogStatement ParseCatalog()
    {
        (bool ifNotExists, QualifiedName name) = ParseName(ObjectKind.Catalog);
        string? comment = ParseComment();
        return new CreateCatalogStatement(name, ParseWith(), comment, ifNotExists);
    }

    private CreateDatabaseStatement ParseDatabase()
    {
        (bool ifNotExists, QualifiedName name) = ParseName(ObjectKind.Database);
        string? comment = ParseComment();
        return new CreateDatabaseStatement(name, ParseWith(), comment, ifNotExists);
    }

    private CreateConnectionStatement ParseConnection(bool isTemporary, bool isSystem)
    {
        (bool ifNotExists, QualifiedName name) = ParseName(ObjectKind.Connection);
        string? comment = ParseComment();
        return new CreateConnectionStatement(name, ParseWith(), comment, isTemporary, isSystem, ifNotExists);
    }

    private CreateFunctionStatement ParseFunction(bool isTemporary, bool isSystem)
    {
        (bool ifNotExists, QualifiedName name) = ParseName(ObjectKind.Function);
        _cursor.Expect("AS", " before the class of the function");
        StringLiteral className = grammar.Literals.String("the class as a string");
        Identifier? language = ParseLanguage();
        EquatableArray<FunctionResource> resources = _cursor.Accept("USING") ? grammar.List(ParseResource) : [];
        return new CreateFunctionStatement(name, className, language, resources, ParseWith(), isTemporary, isSystem, ifNotExists);
    }

    private FunctionResource ParseResource()
    {
        int start = _cursor.Current.Start;
        Identifier kind = grammar.Names.Identifier("JAR behind USING");
        return new FunctionResource(kind, grammar.Literals.String("the path as a string")) { Span = _cursor.SpanFrom(start) };
    }

    private CreateModelStatement ParseModel(bool isTemporary)
    {
        (bool ifNotExists, QualifiedName name) = ParseName(ObjectKind.Model);
        EquatableArray<ColumnDefinition> input = _cursor.Accept("INPUT") ? ParseColumns("the input columns") : [];
        EquatableArray<ColumnDefinition> output = _cursor.Accept("OUTPUT") ? ParseColumns("the output columns") : [];
        string? comment = ParseComment();
        EquatableArray<TableOption> options = ParseWith();
        Query? query = _cursor.Accept("AS") ? grammar.Queries.Parse() : null;
        return new CreateModelStatement(name, input, output, options, comment, query, isTemporary, ifNotExists);
    }

    private EquatableArray<ColumnDefinition> ParseColumns(string what) => grammar.Recovering(grammar.Columns.ParseColumn, what);

    private (bool IfNotExists, QualifiedName Name) ParseName(ObjectKind kind)
    {
        _cursor.Next();
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        return (ifNotExists, grammar.Names.Qualified(NameOf(kind)));
    }

    private CreateMaterializedTableStatement ParseMaterializedTable(bool isOrAlter)
    {
        _cursor.Next();
        int start = _cursor.Next().Start;
        CreateTableStatement table = grammar.Creates.ParseHead(isTemporary: false, CreateMode.Create);
        Expression? freshness = null;
        RefreshMode mode = RefreshMode.Default;
        StartMode? begin = null;
        HashSet<string> seen = [];
        while (_cursor.At(TokenKind.Word) && !StatementStarts.IsLikely(_cursor))
        {
            Token clause = _cursor.Current;
            if (clause.Text is "FRESHNESS" or "REFRESH_MODE" or "START_MODE")
            {
                grammar.Creates.CheckClause(clause, seen);
                _cursor.Next();
                _cursor.Expect(TokenKind.Equal, $"'=' behind {clause.Text}");
                freshness = clause.Text == "FRESHNESS" ? grammar.Expressions.ParseOperand() : freshness;
                mode = clause.Text == "REFRESH_MODE" ? ParseRefreshMode() : mode;
                begin = clause.Text == "START_MODE" ? ParseStartMode() : begin;
            }
            else
            {
                table = grammar.Creates.ParseClause(
                    table, seen, "COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH", "FRESHNESS", "REFRESH_MODE", "START_MODE", "AS");
            }
        }

        if (table.AsQuery is null)
        {
            throw _cursor.Unexpected("AS and the query of the materialized table", "AS", "FRESHNESS", "REFRESH_MODE");
        }

        table = table with { Span = _cursor.SpanFrom(start) };
        return new CreateMaterializedTableStatement(table, freshness, mode, begin, isOrAlter);
    }

    public RefreshMode ParseRefreshMode()
    {
        if (_cursor.Accept("FULL"))
        {
            return RefreshMode.Full;
        }

        _cursor.Expect("CONTINUOUS", " or FULL behind REFRESH_MODE =");
        return RefreshMode.Continuous;
    }

    private StartMode ParseStartMode()
    {
        Identifier word = grammar.Names.Identifier("a start, such as FROM_BEGINNING");
        Identifier kind = new(word.Value.ToUpperInvariant()) { Span = word.Span };
        Expression? value = null;
        if (_cursor.Accept(TokenKind.OpenParenthesis))
        {
            value = grammar.Expressions.Parse();
            _cursor.Close($"to close {kind.Value}");
        }

        return new StartMode(kind, value) { Span = _cursor.SpanFrom(word.Span.Start) };
    }
}
