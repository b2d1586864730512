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

    public Statement Statement() => random.Next(8) switch
    {
        0 => CreateTable(),
        1 => Insert(),
        2 => new StatementSet(List(Insert, 1, 3)),
        3 => new CreateViewStatement(Name(), List(Identifier, 0, 3), _expressions.Query(3), Maybe("it's"), Bool(), Bool()),
        4 => Utility(),
        5 => new ExplainStatement(new QueryStatement(_expressions.Query(2)), List(() => (ExplainDetail)random.Next(4), 0, 2)),
        _ => new QueryStatement(_expressions.Query(4)),
    };

    public static Identifier Identifier(Random random) => new(s_names[random.Next(s_names.Length)]);

    public static string Function(Random random) => s_functions[random.Next(s_functions.Length)];

    private Identifier Identifier() => Identifier(random);

    private QualifiedName Name() => new(List(Identifier, 1, 3));

    private bool Bool() => random.Next(2) == 0;

    private string? Maybe(string text) => Bool() ? text : null;

    private EquatableArray<T> List<T>(Func<T> item, int least, int most)
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
        List(() => new PartitionValue(Identifier(), new StringLiteral("p")), 0, 1),
        Bool());

    private Statement Utility() => random.Next(6) switch
    {
        0 => new DropStatement((DropKind)random.Next(2), Name(), Bool(), Bool()),
        1 => new SetStatement(new StringLiteral("k"), new StringLiteral("it's")),
        2 => new ResetStatement(Bool() ? null : new StringLiteral("k")),
        3 => new DescribeStatement(Name(), Bool()),
        4 => new UseStatement(Name(), Bool()),
        _ => Show(),
    };

    private ShowStatement Show()
    {
        ShowKind kind = (ShowKind)random.Next(15);
        bool needsName = kind is ShowKind.Columns or ShowKind.CreateTable or ShowKind.CreateView or ShowKind.Partitions;
        StringLiteral? like = Bool() ? new StringLiteral("a%") : null;
        return new ShowStatement(kind, needsName || Bool() ? Name() : null, like, like is not null && Bool());
    }

    private CreateTableStatement CreateTable() => new(
        Name(),
        List(Column, 1, 4),
        List(() => new PrimaryKeyDefinition(Bool() ? Identifier() : null, List(Identifier, 1, 2), Bool()), 0, 1),
        List(() => new WatermarkDefinition(Name(), _expressions.Expression(2)), 0, 1),
        List(() => new TableOption(new StringLiteral("k"), new StringLiteral("v'")), 0, 2),
        List(Identifier, 0, 2),
        Bool() ? null : new DistributionClause((DistributionKind)random.Next(3), List(Identifier, 1, 2), Bool() ? null : 4),
        Maybe("c"),
        Bool() ? null : new LikeClause(Name(), List(LikeOption, 0, 2)),
        Bool() ? null : _expressions.Query(2),
        Bool(),
        Bool());

    private LikeOption LikeOption() => new((LikeMode)random.Next(3), (LikeFeature)random.Next(8));

    private ColumnDefinition Column() => random.Next(3) switch
    {
        0 => new PhysicalColumn(Identifier(), Type(3), Maybe("c")),
        1 => new ComputedColumn(Identifier(), _expressions.Expression(3), Maybe("c")),
        _ => new MetadataColumn(Identifier(), Type(1), Bool() ? null : new StringLiteral("m"), Bool(), Maybe("c")),
    };

    private TypeSyntax Type(int depth)
    {
        TypeSyntax type = (depth == 0 ? 0 : random.Next(7)) switch
        {
            1 => new ArrayTypeSyntax(Type(depth - 1)),
            2 => new MapTypeSyntax(Type(depth - 1), Type(depth - 1)),
            3 => new RowTypeSyntax(List(() => new RowFieldSyntax(Identifier(), Type(depth - 1), Maybe("f")), 0, 3)),
            4 => new MultisetTypeSyntax(Type(depth - 1)),
            5 => new ScalarTypeSyntax(ScalarTypeName.Decimal, 10, Bool() ? 2 : null),
            6 => new IntervalTypeSyntax(new IntervalQualifier(TimeUnit.Day, 3, TimeUnit.Second, 6)),
            _ => new ScalarTypeSyntax((ScalarTypeName)random.Next(21)),
        };
        return type with { IsNotNull = Bool() };
    }
}
