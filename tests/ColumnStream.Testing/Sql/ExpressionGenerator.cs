using System;
using System.Collections.Generic;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Testing.Sql;

/// <summary>Draws expressions and queries that the parser can produce.</summary>
public sealed class ExpressionGenerator(Random random)
{
    public Expression Expression(int depth) => depth <= 0 ? Leaf() : random.Next(30) switch
    {
        0 => new UnaryExpression((UnaryOperator)random.Next(3), Expression(depth - 1)),
        1 or 2 or 3 => new BinaryExpression(Expression(depth - 1), (BinaryOperator)random.Next(12), Expression(depth - 1)),
        4 or 5 => new LogicalExpression((LogicalOperator)random.Next(2), Expressions(depth - 1, 2, 4)),
        6 => new IsExpression(Expression(depth - 1), (IsTest)random.Next(10), Bool()),
        7 => new DistinctFromExpression(Expression(depth - 1), Expression(depth - 1), Bool()),
        8 => new BetweenExpression(Expression(depth - 1), Expression(depth - 1), Expression(depth - 1), Bool(), Bool()),
        9 => new InListExpression(Expression(depth - 1), Items(depth - 1), Bool()),
        10 => new InQueryExpression(Expression(depth - 1), Query(depth - 1), Bool()),
        11 => new LikeExpression(Expression(depth - 1), (LikeKind)random.Next(4), Expression(depth - 1), Optional(depth), Bool()),
        12 => new CaseExpression(Optional(depth), List(() => When(depth - 1), 1, 2), Optional(depth)),
        13 => new CastExpression(Expression(depth - 1), new ScalarTypeSyntax(ScalarTypeName.TimestampTz, 3), Bool(), Format()),
        14 when random.Next(4) == 0 => new MatchSemanticsExpression(Named("LAST", Column()), Bool()),
        14 or 15 => Call(depth - 1),
        16 => Special(depth - 1),
        17 => new TrimExpression((TrimSide)random.Next(3), Optional(depth), Expression(depth - 1)),
        18 => new ElementAccess(Expression(depth - 1), Expression(depth - 1)),
        19 => new FieldAccess(Expression(depth - 1), Identifier()),
        20 => new ArrayConstructor(Expressions(depth - 1, 0, 3)),
        21 => new MapConstructor(List(() => new MapEntry(Expression(depth - 1), Expression(depth - 1)), 0, 2)),
        22 => new RowConstructor(Expressions(depth - 1, 1, 3)),
        23 or 24 => Json(depth - 1),
        25 => new PeriodExpression(Expression(depth - 1), (PeriodPredicate)random.Next(7), Expression(depth - 1)),
        26 or 27 => Multiset(depth - 1),
        28 => new IntervalExpression(Expression(depth - 1), new IntervalQualifier(TimeUnit.Hour, null, TimeUnit.Second, null)),
        _ => Bool() ? new SubqueryExpression(Query(depth - 1)) : Comparison(depth - 1),
    };

    public Query Query(int depth)
    {
        EquatableArray<CommonTable> with = depth > 0 && random.Next(5) == 0
            ? List(() => new CommonTable(Identifier(), List(Identifier, 0, 2), Query(depth - 1)), 1, 2)
            : [];
        Query query = new(
            with,
            Body(depth),
            List(() => new OrderItem(Expression(1), Bool(), (NullOrder)random.Next(3)), 0, random.Next(2)),
            Bool() ? null : Expression(0),
            Bool() ? null : Expression(0),
            !with.IsEmpty && random.Next(3) == 0);
        return query is { With.IsEmpty: true, OrderBy.IsEmpty: true, Offset: null, Limit: null, Body: NestedQuery nested }
            ? nested.Query
            : query;
    }

    public EquatableArray<Hint> Hints() => random.Next(4) > 0
        ? []
        : List(() => new Hint(
            new Identifier("OPTIONS"),
            List(() => new TableOption(new StringLiteral("a"), new StringLiteral("*/ 'b'")), 0, 2),
            List(() => Bool() ? (Expression)Column() : new StringLiteral("x"), 0, 2)), 1, 2);

    private Expression Leaf() => random.Next(12) switch
    {
        0 => new NullLiteral(),
        1 => new BooleanLiteral(Bool()),
        2 => new StringLiteral(Bool() ? "it's -- /* */ ;" : "中文\n\0", random.Next(5) == 0 ? "UTF16" : null),
        3 => Exact(),
        4 => new ApproximateNumericLiteral(Math.Pow(10, random.Next(-300, 300)) * random.Next(1, 100)),
        5 => new BinaryLiteral([1, 0xAF]),
        6 => new TemporalLiteral((TemporalKind)random.Next(4), "2026-11-22"),
        7 => Interval(),
        8 => new FunctionCall(new QualifiedName([new Identifier("CURRENT_TIMESTAMP")]), []),
        _ => Column(),
    };

    private ExactNumericLiteral Exact()
    {
        int value = random.Next(1000);
        int precision = value.ToString().Length + random.Next(3);
        return new ExactNumericLiteral(value, precision, random.Next(precision + 1));
    }

    private IntervalLiteral Interval()
    {
        bool isNegated = Bool();
        long nanoseconds = ((((26L * 60) + 3) * 60) + 4) * 1_000_000_000 + 500_000_000;
        return Bool()
            ? new IntervalLiteral("10", new IntervalQualifier(TimeUnit.Month, null, null, null), isNegated ? -10 : 10, 0, isNegated)
            : new IntervalLiteral("1 02:03:04.5", new IntervalQualifier(TimeUnit.Day, 2, TimeUnit.Second, 3), 0,
                isNegated ? -nanoseconds : nanoseconds, isNegated);
    }

    private StringLiteral? Format() => random.Next(5) > 0 ? null : new StringLiteral("YYYY-MM");

    private Expression Multiset(int depth) => random.Next(5) switch
    {
        0 => new MultisetConstructor(Expressions(depth, 0, 3)),
        1 => new CollectionQuery((CollectionKind)random.Next(3), Query(depth)),
        2 or 3 => new MultisetOperation(Expression(depth), (SetOperator)random.Next(3), Bool(), Expression(depth)),
        _ => new MembershipExpression(Expression(depth), Expression(depth), Bool(), Bool()),
    };

    private FunctionCall Json(int depth)
    {
        JsonClauses clauses = new(OnNull: (JsonNullHandling)random.Next(3));
        FunctionCall call = random.Next(5) switch
        {
            0 => Named("JSON_EXISTS", Expression(depth), Expression(depth)) with
            {
                Json = new JsonClauses(OnError: new JsonBehavior(random.Next(2) == 0 ? JsonBehaviorKind.Error : JsonBehaviorKind.Unknown)),
            },
            1 => Named("JSON_VALUE", JsonInput(depth), Expression(depth)) with
            {
                Json = new JsonClauses(
                    List(() => new JsonPassing(Expression(depth), Identifier()), 0, 2),
                    Bool() ? null : new ScalarTypeSyntax(ScalarTypeName.BigInt),
                    OnEmpty: Bool() ? null : new JsonBehavior(JsonBehaviorKind.Default, Expression(depth)),
                    OnError: Bool() ? null : new JsonBehavior(JsonBehaviorKind.Null)),
            },
            2 => Named("JSON_QUERY", Expression(depth), Expression(depth)) with
            {
                Json = new JsonClauses(
                    Wrapper: (JsonWrapper)random.Next(4),
                    OnEmpty: Bool() ? null : new JsonBehavior(JsonBehaviorKind.EmptyArray),
                    OnError: Bool() ? null : new JsonBehavior(JsonBehaviorKind.EmptyObject)),
            },
            3 => Named(Bool() ? "JSON_OBJECT" : "JSON_OBJECTAGG", Expression(depth), JsonInput(depth)) with { Json = clauses },
            _ => Named(Bool() ? "JSON_ARRAY" : "JSON_ARRAYAGG", JsonInput(depth)) with { Json = clauses },
        };
        return call.Json == new JsonClauses() ? call with { Json = null } : call;
    }

    private Expression JsonInput(int depth) => random.Next(4) > 0
        ? Expression(depth)
        : new JsonFormatArgument(Expression(depth), Bool() ? null : new Identifier("UTF8"));

    private Expression Comparison(int depth) => Bool()
        ? Bool()
            ? new ExistsExpression(Query(depth))
            : new QuantifiedListExpression(Expression(depth), BinaryOperator.Equal, (Quantifier)random.Next(2), Items(depth))
        : new QuantifiedExpression(Expression(depth), BinaryOperator.LessThan, (Quantifier)random.Next(2), Query(depth));

    private FunctionCall Call(int depth)
    {
        if (random.Next(20) == 0)
        {
            return Named("ML_PREDICT", new ModelArgument(new QualifiedName(List(Identifier, 1, 2))), Expression(depth));
        }

        FunctionCall call = Named(StatementGenerator.Function(random), [.. Expressions(depth, 2, 3)]);
        return call.Name.Last.Value == "SUBSTRING" || random.Next(3) > 0 ? call : call with
        {
            IsDistinct = Bool(),
            WithinGroup = List(() => new OrderItem(Expression(depth), Bool()), 0, 2),
            NullTreatment = (NullTreatment)random.Next(3),
            Filter = Optional(depth),
            Over = Bool() ? Window(depth) : null,
        };
    }

    private FunctionCall Special(int depth) => random.Next(7) switch
    {
        5 => Named("CONVERT", Expression(depth), new CharacterSetArgument(new QualifiedName([Identifier()]))),
        6 => Named("f", Expression(depth), new DefaultArgument()),
        0 => Named("EXTRACT", new TimeUnitArgument((TimeUnit)random.Next(19)), Expression(depth)),
        1 => Named("FLOOR", Expression(depth), new TimeUnitArgument(TimeUnit.Day)),
        2 => Named("POSITION", Expression(depth), Expression(depth)),
        3 => Named("TIMESTAMPADD", new TimeUnitArgument(TimeUnit.Hour), Expression(depth), Expression(depth)),
        _ => Named("COUNT", new StarArgument()) with { Filter = Expression(depth) },
    };

    private static FunctionCall Named(string name, params Expression[] arguments) =>
        new(new QualifiedName([new Identifier(name)]), [.. arguments]);

    private WindowSpecification Window(int depth)
    {
        FrameBound start = Bool()
            ? new FrameBound(FrameBoundKind.Preceding, Expression(depth))
            : new FrameBound(FrameBoundKind.UnboundedPreceding, null);
        FrameBound? end = Bool() ? null : new FrameBound(FrameBoundKind.CurrentRow, null);
        return new WindowSpecification(
            Bool() ? null : Identifier(),
            Expressions(depth, 0, 2),
            List(() => new OrderItem(Expression(depth)), 0, 2),
            Bool() ? null : new WindowFrame((FrameUnit)random.Next(2), start, end, (FrameExclusion)random.Next(4)));
    }

    private QueryBody Body(int depth)
    {
        int kind = depth <= 0 ? 4 : random.Next(10);
        switch (kind)
        {
            case 0:
                return new ValuesBody(List(() => new RowConstructor(Expressions(depth - 1, 1, 3)), 1, 3));
            case 1:
                return new TableBody(new QualifiedName(List(Identifier, 1, 2)));
            case 2 or 3:
                return new SetOperation(Body(depth - 1), (SetOperator)random.Next(3), Bool(), Body(depth - 1));
            case 5:
                return new NestedQuery(Query(depth - 1) with { Limit = new ExactNumericLiteral(5, 1, 0) });
            default:
                return Select(depth);
        }
    }

    private SelectBody Select(int depth) => new(
        List(() => Item(depth), 1, 3),
        Bool() ? Table(depth) : null,
        Optional(depth),
        random.Next(3) > 0 ? null : new GroupByClause(List(() => Grouping(2), 1, 3), Bool()),
        Optional(depth),
        random.Next(6) > 0 ? [] : [new NamedWindow(Identifier(), Window(depth - 1))],
        random.Next(6) > 0 ? null : Expression(depth - 1),
        Bool(),
        Hints());

    private SelectItem Item(int depth) => random.Next(4) switch
    {
        0 => new StarItem(Bool() ? null : new QualifiedName(List(Identifier, 1, 2))),
        _ => new ExpressionItem(Expression(depth - 1), Bool() ? null : Identifier()),
    };

    private GroupingElement Grouping(int depth) => (depth == 0 ? 0 : random.Next(5)) switch
    {
        1 => new RollupGrouping(List(Set, 1, 2)),
        2 => new CubeGrouping(List(Set, 1, 2)),
        3 => new GroupingSetsGrouping(List(() => Grouping(depth - 1), 1, 3)),
        _ => Set(),
    };

    private GroupingSet Set() => new(Expressions(1, 0, 3));

    private TableReference Table(int depth)
    {
        TableAlias? alias = Bool() ? null : new TableAlias(Identifier(), List(Identifier, 0, 2));
        switch (depth <= 0 ? 0 : random.Next(9))
        {
            case 6:
                return new SampledTable(Table(0), SampleMethod.Bernoulli, Exact(), Bool() ? null : Exact());
            case 7:
                return new PatternGenerator(random, this).Pivot(Table(0), alias, depth - 1);
            case 8:
                return new PatternGenerator(random, this).Match(Table(0), alias, depth - 1);
            case 1:
                return new DerivedTable(Query(depth - 1), alias, Bool());
            case 2:
                return new FunctionTable(WindowFunction(depth - 1), alias, Bool());
            case 3:
                return new UnnestTable(Expressions(depth - 1, 1, 2), Bool(), alias, Bool());
            case 4 or 5:
                return Join(depth - 1);
            default:
                return new NamedTable(new QualifiedName(List(Identifier, 1, 3)), alias, Hints(), Optional(1));
        }
    }

    private JoinTable Join(int depth)
    {
        JoinKind kind = (JoinKind)random.Next(5);
        JoinTable join = new(Table(depth), kind, Table(depth));
        return kind == JoinKind.Cross ? join : random.Next(3) switch
        {
            0 => join with { IsNatural = true },
            1 => join with { Using = List(Identifier, 1, 2) },
            _ => join with { On = Expression(depth) },
        };
    }

    private FunctionCall WindowFunction(int depth)
    {
        TableReference table = Bool()
            ? new NamedTable(new QualifiedName([Identifier()]))
            : new DerivedTable(Query(depth));
        Expression data = new TableArgument(table, Expressions(1, 0, 2), Bool() ? [] : [new OrderItem(Column())]);
        DescriptorArgument column = new(List(Identifier, 1, 2));
        return Bool()
            ? Named("TUMBLE", data, column, Interval())
            : Named("HOP", new NamedArgument(new Identifier("DATA"), data), new NamedArgument(Identifier(), column));
    }

    private WhenClause When(int depth) => new(Expression(depth), Expression(depth));

    private ColumnReference Column() => new(List(Identifier, 1, 3));

    internal Identifier Identifier() => StatementGenerator.Identifier(random);

    internal bool Bool() => random.Next(2) == 0;

    private Expression? Optional(int depth) => Bool() ? null : Expression(depth - 1);

    /// <summary>Draws the list of IN; a query alone would be read as IN with a query.</summary>
    private EquatableArray<Expression> Items(int depth)
    {
        EquatableArray<Expression> items = Expressions(depth, 1, 3);
        return items is [SubqueryExpression] ? [Column()] : items;
    }

    internal EquatableArray<Expression> Expressions(int depth, int least, int most) => List(() => Expression(depth), least, most);

    internal EquatableArray<T> List<T>(Func<T> item, int least, int most)
    {
        List<T> items = [];
        for (int count = random.Next(least, Math.Max(least, most) + 1); count > 0; count--)
        {
            items.Add(item());
        }

        return [.. items];
    }
}
