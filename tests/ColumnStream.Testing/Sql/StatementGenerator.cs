using System;
using System.Collections.Generic;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Testing.Sql;

/// <summary>Draws statements that the parser can produce.</summary>
public sealed class StatementGenerator(Random random)
{
    private static readonly string[] s_names =
    [
        "a", "b", "price", "Price", "timestamp", "select", "value", "a`b", "中文", "two words", "1x", "_x", "map", "date",
    ];

    private static readonly string[] s_functions = ["SUM", "my_fun", "LEFT", "YEAR", "substring", "SUBSTRING", "IF", "floor"];

    private readonly ExpressionGenerator _expressions = new(random);

    public Statement Statement() => random.Next(13) switch
    {
        0 => CreateTable(),
        1 => Insert(),
        2 => new StatementSet(List(Insert, 1, 3)),
        3 => new CreateViewStatement(Name(), List(Identifier, 0, 3), _expressions.Query(3), Maybe("it's"), Bool(), Bool(), Bool()),
        4 => Utility(),
        5 => new ExplainStatement(Explained(), List(() => (ExplainDetail)random.Next(4), 0, 2)),
        6 => Definition(),
        7 => new AlterGenerator(random, this).Alter(),
        8 => Change(),
        9 => Session(),
        _ => new QueryStatement(_expressions.Query(4)),
    };

    public static Identifier Identifier(Random random) => new(s_names[random.Next(s_names.Length)]);

    public static string Function(Random random) => s_functions[random.Next(s_functions.Length)];

    internal ExpressionGenerator Expressions => _expressions;

    internal Identifier Identifier() => Identifier(random);

    internal QualifiedName Name() => new(List(Identifier, 1, 3));

    internal bool Bool() => random.Next(2) == 0;

    internal string? Maybe(string text) => Bool() ? text : null;

    internal EquatableArray<T> List<T>(Func<T> item, int least, int most)
    {
        List<T> items = [];
        for (int count = random.Next(least, most + 1); count > 0; count--)
        {
            items.Add(item());
        }

        return [.. items];
    }

    private InsertStatement Insert() => new(
        Name(),
        List(Identifier, 0, 2),
        _expressions.Query(2),
        _expressions.Hints(),
        Partition(0),
        Bool(),
        random.Next(5) == 0);

    internal EquatableArray<PartitionValue> Partition(int least) =>
        List(() => new PartitionValue(Identifier(), new StringLiteral("p")), least, 2);

    internal EquatableArray<TableOption> Options(int least) =>
        List(() => new TableOption(new StringLiteral("k"), new StringLiteral("v'")), least, 2);

    private Statement Explained() => random.Next(3) switch
    {
        0 => new QueryStatement(_expressions.Query(2)),
        1 => new StatementSet(List(Insert, 1, 2)),
        _ => Insert(),
    };

    private Statement Definition() => random.Next(7) switch
    {
        0 => new CreateCatalogStatement(Name(), Options(0), Maybe("c"), Bool()),
        1 => new CreateDatabaseStatement(Name(), Options(0), Maybe("c"), Bool()),
        2 => new CreateFunctionStatement(
            Name(), new StringLiteral("a.B"), Bool() ? null : new Identifier("JAVA"),
            List(() => new FunctionResource(new Identifier("JAR"), new StringLiteral("/x")), 0, 2), Options(0), Bool(), Bool(), Bool()),
        3 => new CreateModelStatement(
            Name(), List(Column, 0, 2), List(Column, 0, 2), Options(0), Maybe("c"), Bool() ? null : _expressions.Query(1), Bool(), Bool()),
        4 => new CreateConnectionStatement(Name(), Options(0), Maybe("c"), Bool(), Bool(), Bool()),
        5 => new CreateMaterializedTableStatement(
            CreateTable() with { Like = null, IsTemporary = false, Mode = CreateMode.Create, AsQuery = _expressions.Query(2) },
            Bool() ? null : _expressions.Expression(0),
            (RefreshMode)random.Next(3),
            Bool() ? null : new StartMode(new Identifier("FROM_NOW"), Bool() ? null : _expressions.Expression(1)),
            Bool()),
        _ => Drop(),
    };

    private DropStatement Drop()
    {
        ObjectKind kind = (ObjectKind)random.Next(8);
        return new DropStatement(
            kind, Name(), Bool(), Bool(), kind == ObjectKind.Function && Bool(), kind == ObjectKind.Database && Bool());
    }

    private Statement Change() => random.Next(6) switch
    {
        0 => new DeleteStatement(Name(), Bool() ? null : Identifier(), Bool() ? null : _expressions.Expression(2)),
        1 => new UpdateStatement(
            Name(), Bool() ? null : Identifier(), List(() => new Assignment(Name(), _expressions.Expression(2)), 1, 3),
            Bool() ? null : _expressions.Expression(2)),
        2 => new TruncateStatement(Name()),
        3 => new CallStatement(new FunctionCall(
            Name(), [new NamedArgument(Identifier(), _expressions.Expression(1)), _expressions.Expression(1)])),
        4 => new CompilePlanStatement(
            new StringLiteral("/p"), Bool() ? Insert() with { IsUpsert = false } : new StatementSet(List(Insert, 1, 2)), Bool(), Bool()),
        _ => Bool() ? new ExecutePlanStatement(new StringLiteral("/p"))
            : Bool() ? new ExplainUpgradeStatement(new StringLiteral("old.sql"), new StringLiteral("SELECT 'a';"))
            : new ExplainJobStatement(new StringLiteral("my job")),
    };

    private Statement Session() => random.Next(8) switch
    {
        0 => new LoadModuleStatement(Identifier(), Options(0)),
        1 => new UnloadModuleStatement(Identifier()),
        2 => new UseModulesStatement(List(Identifier, 1, 3)),
        3 => new JarStatement(new StringLiteral("/x.jar"), Bool()),
        4 => Stop(),
        5 => Bool() ? new DescribeJobStatement(new StringLiteral("1")) : new ShowIntegrityStatement(new StringLiteral("my job")),
        _ => Analyze(),
    };

    private StopJobStatement Stop()
    {
        bool withSavepoint = Bool();
        return new StopJobStatement(new StringLiteral("1"), withSavepoint, withSavepoint && Bool());
    }

    private AnalyzeTableStatement Analyze()
    {
        bool isAll = Bool();
        return new AnalyzeTableStatement(
            Name(), List(() => new PartitionValue(Identifier(), Bool() ? null : new StringLiteral("p")), 0, 2),
            isAll ? [] : List(Identifier, 0, 2), isAll);
    }

    private Statement Utility() => random.Next(6) switch
    {
        0 => Drop(),
        1 => new SetStatement(new StringLiteral("k"), new StringLiteral("it's")),
        2 => new ResetStatement(Bool() ? null : new StringLiteral("k")),
        3 => new DescribeStatement(Name(), Bool(), Described()),
        4 => new UseStatement(Name(), Bool()),
        _ => Show(),
    };

    private ObjectKind Described() => random.Next(6) switch
    {
        0 => ObjectKind.Catalog,
        1 => ObjectKind.Database,
        2 => ObjectKind.Function,
        3 => ObjectKind.Model,
        4 => ObjectKind.Connection,
        _ => ObjectKind.Table,
    };

    private ShowStatement Show()
    {
        ShowKind kind = (ShowKind)random.Next((int)ShowKind.Jars + 1);
        bool isObject = kind.ToString().StartsWith("Create", StringComparison.Ordinal) || kind == ShowKind.Partitions;
        bool needsName = isObject || kind == ShowKind.Columns;
        StringLiteral? like = Bool() ? new StringLiteral("a%") : null;
        return new ShowStatement(
            kind, needsName || Bool() ? Name() : null, like, like is not null && Bool(), like is not null && Bool(),
            kind == ShowKind.Partitions ? Partition(0) : []);
    }

    private CreateTableStatement CreateTable() => new(
        Name(),
        List(Column, 1, 4),
        List(Key, 0, 1),
        List(Watermark, 0, 1),
        Options(0),
        List(Identifier, 0, 2),
        Bool() ? null : Distribution(),
        Maybe("c"),
        Bool() ? null : new LikeClause(Name(), List(LikeOption, 0, 2)),
        Bool() ? null : _expressions.Query(2),
        Bool(),
        Bool(),
        (CreateMode)random.Next(3));

    internal PrimaryKeyDefinition Key() => new(Bool() ? Identifier() : null, List(Identifier, 1, 2), Bool(), random.Next(4) == 0);

    internal WatermarkDefinition Watermark() => new(Name(), _expressions.Expression(2));

    internal DistributionClause Distribution() =>
        new((DistributionKind)random.Next(3), List(Identifier, 1, 2), Bool() ? null : 4);

    private LikeOption LikeOption() => new((LikeMode)random.Next(3), (LikeFeature)random.Next(8));

    internal ColumnDefinition Column() => random.Next(4) switch
    {
        3 => new UntypedColumn(Identifier()),
        0 => new PhysicalColumn(Identifier(), Type(3), Maybe("c")),
        1 => new ComputedColumn(Identifier(), _expressions.Expression(3), Maybe("c")),
        _ => new MetadataColumn(Identifier(), Type(1), Bool() ? null : new StringLiteral("m"), Bool(), Maybe("c")),
    };

    private TypeSyntax Type(int depth)
    {
        TypeSyntax type = (depth == 0 ? 0 : random.Next(10)) switch
        {
            7 => new RawTypeSyntax(new StringLiteral("a.B"), new StringLiteral("AA==")),
            8 => new StructuredTypeSyntax(
                new StringLiteral("a.B"), List(() => new RowFieldSyntax(Identifier(), Type(depth - 1), Maybe("f")), 0, 2)),
            9 => new NamedTypeSyntax(new QualifiedName(List(Identifier, 1, 2))),
            1 => new ArrayTypeSyntax(Type(depth - 1)),
            2 => new MapTypeSyntax(Type(depth - 1), Type(depth - 1)),
            3 => new RowTypeSyntax(List(() => new RowFieldSyntax(Identifier(), Type(depth - 1), Maybe("f")), 0, 3)),
            4 => new MultisetTypeSyntax(Type(depth - 1)),
            5 => new ScalarTypeSyntax(ScalarTypeName.Decimal, 10, Bool() ? 2 : null),
            6 => new IntervalTypeSyntax(new IntervalQualifier(TimeUnit.Day, 3, TimeUnit.Second, 6)),
            _ => new ScalarTypeSyntax((ScalarTypeName)random.Next((int)ScalarTypeName.Null + 1)),
        };
        return type with { IsNotNull = Bool() };
    }
}
