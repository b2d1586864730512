using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads SHOW and DESCRIBE.</summary>
internal sealed class ListingParser(Grammar grammar)
{
    private static readonly string[] s_words =
    [
        "TABLES", "VIEWS", "FUNCTIONS", "DATABASES", "CATALOGS", "COLUMNS", "PARTITIONS", "MODULES", "JOBS", "CREATE",
        "CURRENT", "USER", "FULL", "MATERIALIZED", "MODELS", "CONNECTIONS", "PROCEDURES", "JARS", "INTEGRITY",
    ];

    private readonly TokenCursor _cursor = grammar.Cursor;

    public Statement ParseShow()
    {
        _cursor.Next();
        if (_cursor.Accept("INTEGRITY"))
        {
            return ParseIntegrity();
        }

        ShowKind kind = ParseKind();
        QualifiedName? name = null;
        EquatableArray<PartitionValue> partition = [];
        if (IsObject(kind))
        {
            name = grammar.Names.Qualified("a name");
            partition = kind == ShowKind.Partitions && _cursor.Accept("PARTITION") ? grammar.Changes.ParsePartition() : [];
        }
        else if (kind == ShowKind.Columns && !_cursor.At("FROM") && !_cursor.At("IN"))
        {
            throw _cursor.Unexpected("FROM behind SHOW COLUMNS", "FROM", "IN");
        }
        else if (_cursor.Accept("FROM") || _cursor.Accept("IN"))
        {
            name = grammar.Names.Qualified(kind == ShowKind.Columns ? "a table name" : "a database name");
        }

        bool isNegated = _cursor.Accept("NOT");
        if (isNegated && !_cursor.At("LIKE") && !_cursor.At("ILIKE"))
        {
            throw _cursor.Unexpected("LIKE or ILIKE behind NOT", "LIKE", "ILIKE");
        }

        bool isCaseIgnored = _cursor.Accept("ILIKE");
        StringLiteral? like = isCaseIgnored || _cursor.Accept("LIKE") ? grammar.Literals.String("a pattern as a string") : null;
        return new ShowStatement(kind, name, like, isNegated, isCaseIgnored, partition);
    }

    /// <summary>Says whether the name of one object follows the words of SHOW.</summary>
    public static bool IsObject(ShowKind kind) => kind is ShowKind.CreateTable or ShowKind.CreateView or ShowKind.CreateCatalog
        or ShowKind.CreateModel or ShowKind.CreateMaterializedTable or ShowKind.CreateConnection or ShowKind.Partitions;

    /// <summary>Gives the words behind SHOW.</summary>
    public static string NameOf(ShowKind kind) => kind switch
    {
        ShowKind.CurrentCatalog => "CURRENT CATALOG",
        ShowKind.CurrentDatabase => "CURRENT DATABASE",
        ShowKind.UserFunctions => "USER FUNCTIONS",
        ShowKind.FullModules => "FULL MODULES",
        ShowKind.MaterializedTables => "MATERIALIZED TABLES",
        ShowKind.CreateTable => "CREATE TABLE",
        ShowKind.CreateView => "CREATE VIEW",
        ShowKind.CreateCatalog => "CREATE CATALOG",
        ShowKind.CreateModel => "CREATE MODEL",
        ShowKind.CreateMaterializedTable => "CREATE MATERIALIZED TABLE",
        ShowKind.CreateConnection => "CREATE CONNECTION",
        _ => kind.ToString().ToUpperInvariant(),
    };

    public Statement ParseDescribe()
    {
        _cursor.Next();
        if (_cursor.At("JOB") && _cursor.Peek(1).Kind == TokenKind.String)
        {
            _cursor.Next();
            return new DescribeJobStatement(grammar.Literals.String("a job's id"));
        }

        // A table may have the name of a kind: what follows decides.
        ObjectKind kind = ObjectKind.Table;
        bool isKind = DefinitionParser.FindKind(_cursor.Current) is not (null or ObjectKind.Table or ObjectKind.View)
            && NameParser.IsName(_cursor.Peek(1)) && !_cursor.IsLineStartAhead(1);
        if (isKind)
        {
            kind = grammar.Definitions.ParseKind("a kind of object");
        }

        bool isExtended = _cursor.At("EXTENDED") && NameParser.IsName(_cursor.Peek(1)) && _cursor.Accept("EXTENDED");
        return new DescribeStatement(grammar.Names.Qualified(DefinitionParser.NameOf(kind)), isExtended, kind);
    }

    /// <summary>Reads FOR JOB and a name, which needs quotes where it is no name in SQL.</summary>
    private ShowIntegrityStatement ParseIntegrity()
    {
        if (!_cursor.Accept("FOR", "JOB"))
        {
            throw _cursor.Unexpected("FOR JOB behind SHOW INTEGRITY", "FOR");
        }

        if (_cursor.Current.Kind == TokenKind.String)
        {
            return new ShowIntegrityStatement(grammar.Literals.String("a job's name"));
        }

        Identifier name = grammar.Names.Identifier("a job's name");
        return new ShowIntegrityStatement(new StringLiteral(name.Value) { Span = name.Span });
    }

    private ShowKind ParseKind()
    {
        for (ShowKind kind = default; kind <= ShowKind.Jars; kind++)
        {
            string[] words = NameOf(kind).Split(' ');
            bool isThere = words.Length switch
            {
                1 => _cursor.Accept(words[0]),
                2 => _cursor.Accept(words[0], words[1]),
                _ => _cursor.Accept(words[0], words[1], words[2]),
            };
            if (isThere)
            {
                return kind;
            }
        }

        throw _cursor.Unexpected("TABLES, VIEWS, FUNCTIONS, DATABASES, CATALOGS, COLUMNS or CREATE TABLE behind SHOW", s_words);
    }
}
