using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Testing.Queries;

/// <summary>Is what makers of relations share: names, lists of columns, clauses.</summary>
public abstract class RelationMaker
{
    protected const double MostRows = 3_000;
    private readonly Random _random;
    private readonly int[] _names;

    /// <summary>Begins new names, or goes on with those of another maker.</summary>
    protected RelationMaker(Random random, RelationMaker? like = null)
    {
        _random = random;
        _names = like?._names ?? new int[1];
        Expressions = new ExpressionMaker(random);
    }

    protected ExpressionMaker Expressions { get; }

    protected int NextName() => ++_names[0];

    protected int Draw(int below) => _random.Next(below);

    protected int Draw(int from, int below) => _random.Next(from, below);

    /// <summary>Returns a base table.</summary>
    protected QuerySource Table(string name)
    {
        string alias = $"q{NextName()}";
        bool isInsert = name[0] == 'e';
        return new QuerySource(
            new QueryNode(isInsert ? "insert table" : name == "u1" ? "upsert table" : "retract table", $"{name} AS {alias}"),
            [
                .. QueryWorld.TableColumns.Select(c => c with
                {
                    Name = $"{alias}.{c.Name}", IsRowtime = c.IsRowtime && isInsert, IsUnique = c.IsUnique && isInsert,
                }),
            ],
            !isInsert, 30);
    }

    protected static QuerySource Derived(Relation inner, string alias) => new(
        new QueryNode("", "(", inner.Query, $") AS {alias}"),
        [.. inner.Columns.Select(c => c with { Name = $"{alias}.{c.Name}" })], inner.IsUpdating, inner.Rows);

    /// <summary>Makes a column of exactly one type: both sides of a set operation must have equal ones.</summary>
    protected QueryNode Typed(QueryType type, IReadOnlyList<QueryColumn> scope) => type switch
    {
        QueryType.Whole => ExpressionMaker.Of(type, "CAST(", Expressions.Column(type, scope), " AS BIGINT)"),
        QueryType.Decimal => ExpressionMaker.Of(type, "CAST(", Expressions.Column(type, scope),
            (" AS DECIMAL(20, 2))", " AS REAL)")),
        _ => Expressions.Column(type, scope),
    };

    protected static IEnumerable<object> Between(IEnumerable<QueryNode> nodes) =>
        nodes.SelectMany((n, i) => i == 0 ? new object[] { n } : [", ", n]);

    protected QueryType? Shared(IReadOnlyList<QueryColumn> left, IReadOnlyList<QueryColumn> right)
    {
        QueryType[] types = [.. new[] { QueryType.Whole, QueryType.Whole, QueryType.Text, QueryType.Truth }
            .Where(t => left.Any(c => c.Type == t) && right.Any(c => c.Type == t))];
        return types.Length == 0 ? null : Pick(types);
    }

    protected void AddAggregates(List<QueryNode> items, List<QueryColumn> columns, IReadOnlyList<QueryColumn> scope, int most)
    {
        for (int i = Draw(1, most + 1); i > 0; i--)
        {
            items.Add(Item(Expressions.Aggregate(scope, mayFilter: true, out QueryType type), new QueryColumn("", type), columns));
        }
    }

    /// <summary>Makes an order of all rows: equal ones are the same.</summary>
    protected string Order(IReadOnlyList<QueryColumn> columns) =>
        string.Join(", ", columns.OrderBy(_ => Draw(int.MaxValue)).Select(c => c.Name + Pick([" ASC", " DESC"])));

    protected QueryNode Where(IReadOnlyList<QueryColumn> scope, out double share)
    {
        share = 1;
        if (Draw(5) < 2)
        {
            return new QueryNode("");
        }

        share = 0.5;
        return QueryNode.Optional("where", " WHERE ", Expressions.Truth(scope, Draw(3)));
    }

    protected QueryNode Item(QueryNode expression, QueryColumn like, List<QueryColumn> columns)
    {
        string name = $"c{NextName()}";
        columns.Add(like with { Name = name });
        return new QueryNode("", expression, $" AS {name}");
    }

    protected static QueryNode Select(IEnumerable<QueryNode> items) => new("", "SELECT ", QueryNode.List(", ", items));

    protected static Relation Query(string tag, object[] parts, IReadOnlyList<QueryColumn> columns, bool isUpdating, double rows) =>
        new(new QueryNode(tag, [.. parts]) { IsQuery = true }, columns, isUpdating, Math.Max(1, rows));

    protected List<QueryColumn> Some(IReadOnlyList<QueryColumn> columns, int most) =>
        [.. columns.OrderBy(_ => Draw(int.MaxValue)).Take(Draw(1, most + 1))];

    protected T Pick<T>(T[] of) => of[Draw(of.Length)];
}
