using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Testing.Queries;

/// <summary>Makes queries over the tables of a <see cref="QueryWorld"/> by a grammar of relations.</summary>
/// <remarks>
/// Every query has one answer: what ranks or limits rows is ordered by all columns in the end, only rowtimes of base
/// tables decide OVER, a global aggregate over nothing is filtered away (streams and batches differ there by design).
/// </remarks>
public sealed class QueryMaker : RelationMaker
{
    private readonly WindowMaker _windows;

    public QueryMaker(Random random)
        : base(random) => _windows = new WindowMaker(random, this);

    /// <summary>Makes a query; about <paramref name="depth"/> relations lie within each other.</summary>
    public Relation Next(int depth = 2)
    {
        Relation query = Make(Draw(Math.Max(1, depth - 1), depth + 1));
        return Draw(12) == 0 ? Limited(query) : query;
    }

    private Relation Make(int depth)
    {
        if (depth <= 0)
        {
            return Filtered(From(0));
        }

        return Draw(34) switch
        {
            0 or 1 => Filtered(From(depth - 1)),
            2 or 3 or 4 or 5 => Grouped(From(depth - 1)),
            6 => GroupedBySets(From(depth - 1)),
            7 => Distinct(From(depth - 1)),
            8 or 9 or 10 or 11 => Joined(depth),
            12 or 13 or 14 => SemiFiltered(depth),
            15 or 16 => SetOperation(depth),
            17 or 18 or 19 or 20 or 32 => _windows.Next(),
            21 or 22 or 23 => Ranked(From(depth - 1)),
            24 or 25 => Draw(2) == 0 ? Over() : SortedOver(From(depth - 1)),
            26 => ScalarFiltered(depth),
            27 => Unnested(From(depth - 1)),
            28 => Limited(Make(depth - 1)),
            29 => Shared(depth),
            30 => Lateral(depth),
            31 => _windows.Next(),
            _ => ScalarSelected(depth),
        };
    }

    private QuerySource From(int depth)
    {
        if (Draw(14) == 0)
        {
            return _windows.Window();
        }

        if (depth <= 0 || Draw(3) == 0)
        {
            return Table(Pick(["e1", "e2", "e1", "r1", "u1"]));
        }

        Relation inner = Make(depth);
        return Derived(inner, $"q{NextName()}");
    }

    private Relation Filtered(QuerySource from)
    {
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        foreach (QueryColumn column in Some(from.Columns, 4))
        {
            items.Add(Item(ExpressionMaker.Of(column.Type, column.Name), column, columns));
        }

        for (int i = Draw(3); i > 0; i--)
        {
            QueryType type = Expressions.AnyType(from.Columns);
            items.Add(Item(Expressions.Make(type, from.Columns, 2), new QueryColumn("", type), columns));
        }

        QueryNode where = Where(from.Columns, out double share);
        return Query("project", [Select(items), " FROM ", from.Text, where], columns, from.IsUpdating, from.Rows * share);
    }

    private Relation Distinct(QuerySource from)
    {
        List<QueryColumn> columns = [];
        QueryNode[] items = [.. Some(from.Columns, 2).Select(c =>
            Item(Expressions.Make(c.Type, from.Columns, 1), c with { IsUnique = false, IsRowtime = false }, columns))];
        QueryNode where = Where(from.Columns, out double share);
        return Query(
            "distinct", ["SELECT DISTINCT ", QueryNode.List(", ", items), " FROM ", from.Text, where], columns, true,
            from.Rows * share / 2);
    }

    private Relation Grouped(QuerySource from)
    {
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        List<QueryNode> keys = [];
        for (int i = Draw(10) == 0 ? 0 : Draw(1, 3); i > 0; i--)
        {
            QueryType type = Pick([QueryType.Whole, QueryType.Text, QueryType.Truth]);
            QueryNode key = Draw(4) == 0 ? Expressions.Make(type, from.Columns, 1)
                : Expressions.Column(type, from.Columns);
            if (key.Print(true)!.Contains('.', StringComparison.Ordinal))
            {
                keys.Add(key);
                items.Add(Item(key, new QueryColumn("", type), columns));
            }
        }

        AddAggregates(items, columns, from.Columns, 3);
        QueryNode where = Where(from.Columns, out double share);
        bool isGlobal = keys.Count == 0;
        QueryNode having = isGlobal || Draw(3) == 0
            ? new QueryNode("having", " HAVING COUNT(*) > ", isGlobal ? "0" : "1") { IsOptional = !isGlobal }
            : new QueryNode("");
        return Query(
            isGlobal ? "global aggregate" : "group by",
            [Select(items), " FROM ", from.Text, where, isGlobal ? "" : " GROUP BY ", QueryNode.List(", ", keys), having],
            columns, true, isGlobal ? 1 : Math.Min(from.Rows * share, 12));
    }

    private Relation GroupedBySets(QuerySource from)
    {
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        QueryNode first = Expressions.Column(QueryType.Whole, from.Columns);
        QueryNode second = Expressions.Column(QueryType.Text, from.Columns);
        if (!first.Print(true)!.Contains('.', StringComparison.Ordinal)
            || !second.Print(true)!.Contains('.', StringComparison.Ordinal))
        {
            return Grouped(from);
        }

        items.Add(Item(first, new QueryColumn("", QueryType.Whole), columns));
        items.Add(Item(second, new QueryColumn("", QueryType.Text), columns));
        AddAggregates(items, columns, from.Columns, 2);
        QueryNode where = Where(from.Columns, out _);
        object[] sets = Draw(3) switch
        {
            0 => [" GROUP BY ROLLUP (", first, ", ", second, ")"],
            1 => [" GROUP BY CUBE (", first, ", ", second, ")"],
            _ => [" GROUP BY GROUPING SETS ((", first, "), (", second, "))"],
        };
        return Query(
            "grouping sets", [Select(items), " FROM ", from.Text, where, new QueryNode("", [.. sets]), " HAVING COUNT(*) > 0",
                QueryNode.OursOnly],
            columns, true, 20);
    }

    private Relation SetOperation(int depth)
    {
        QuerySource left = From(depth - 1);
        QuerySource right = From(depth - 1);
        QueryType[] types = [.. Some(left.Columns, 2).Select(c => c.Type)];
        List<QueryColumn> columns = [];
        QueryNode[] leftItems = [.. types.Select(t => Item(Typed(t, left.Columns), new QueryColumn("", t), columns))];
        QueryNode[] rightItems = [.. types.Select(t => Typed(t, right.Columns))];
        string operation = Pick(["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"]);
        QueryNode leftText = new("", Select(leftItems), " FROM ", left.Text, Where(left.Columns, out _)) { IsQuery = true };
        QueryNode rightText = new("", Select(rightItems), " FROM ", right.Text, Where(right.Columns, out _)) { IsQuery = true };
        bool isCounted = operation is "INTERSECT ALL" or "EXCEPT ALL";
        return Query(
            operation.ToLowerInvariant(), isCounted
                ? [QueryNode.OursOnly, leftText, $" {operation} ", rightText]
                : [leftText, $" {operation} ", rightText],
            columns, left.IsUpdating || right.IsUpdating || operation != "UNION ALL", left.Rows + right.Rows);
    }

    private Relation Limited(Relation inner)
    {
        QuerySource from = Derived(inner, $"q{NextName()}");
        List<QueryColumn> columns = [];
        QueryNode[] items = [.. from.Columns.Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        string order = Order(from.Columns);
        return Query(
            "order by limit", [Select(items), " FROM ", from.Text, $" ORDER BY {order} LIMIT {Draw(1, 12)}"], columns,
                true, 10);
    }

    private Relation Joined(int depth)
    {
        QuerySource left = From(depth - 1);
        QuerySource right = From(depth - 1);
        string kind = Pick(["INNER", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"]);
        List<QueryNode> conditions = [];
        double rows = left.Rows * right.Rows;
        for (int i = 0; i < 3 && (i == 0 || rows > MostRows || Draw(3) == 0); i++)
        {
            if (Shared(left.Columns, right.Columns) is { } type)
            {
                string equal = Draw(8) == 0 ? " IS NOT DISTINCT FROM " : " = ";
                conditions.Add(new QueryNode("", Expressions.Column(type, left.Columns), equal,
                    Expressions.Column(type, right.Columns)));
                rows /= type == QueryType.Truth ? 2 : 5;
            }
        }

        IReadOnlyList<QueryColumn> both = [.. left.Columns.Concat(right.Columns).Select(c =>
            c with { IsRowtime = false, IsUnique = false })];
        if (kind == "CROSS")
        {
            if (left.Rows * right.Rows > MostRows / 3)
            {
                kind = "INNER";
            }
            else
            {
                conditions.Clear();
                rows = left.Rows * right.Rows;
            }
        }

        if (rows > MostRows)
        {
            return Filtered(left);
        }

        if (kind != "CROSS" && (conditions.Count == 0 || Draw(4) == 0))
        {
            conditions.Add(Expressions.Truth(both, 1));
        }

        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(both, 5).Select(c => Item(Expressions.Make(c.Type, both, Draw(3) == 0 ? 1
            : 0), c, columns))];
        object on = conditions.Count == 0 ? "" : new QueryNode("", " ON ", QueryNode.List(" AND ", conditions));
        string tag = kind.ToLowerInvariant() + " join";
        return Query(
            tag, [Select(items), " FROM ", left.Text, $" {kind} JOIN ", right.Text, on, Where(both, out double share)], columns,
            left.IsUpdating || right.IsUpdating || kind is "LEFT" or "RIGHT" or "FULL", rows * share);
    }

    private Relation SemiFiltered(int depth)
    {
        QuerySource outer = From(depth - 1);
        QuerySource inner = From(depth - 1);
        QueryType type = Shared(outer.Columns, inner.Columns) ?? QueryType.Whole;
        QueryNode mine = Expressions.Column(type, outer.Columns);
        QueryNode theirs = Expressions.Column(type, inner.Columns);
        QueryNode extra = Draw(2) == 0
            ? QueryNode.Optional("", " AND ", Expressions.Truth(Draw(4) == 0 ? [.. inner.Columns, .. outer.Columns]
                : inner.Columns, 1))
            : new QueryNode("");
        string not = Pick(["", "", "NOT "]);
        QueryNode condition = Draw(6) switch
        {
            5 => new QueryNode(
                not + "in pairs", "(", mine, ", ", Expressions.Column(QueryType.Truth, outer.Columns), ") ", not, "IN (SELECT ",
                    theirs, ", ",
                Expressions.Column(QueryType.Truth, inner.Columns), " FROM ", inner.Text, Where(inner.Columns, out _), ")"),
            0 or 1 => new QueryNode(
                not + "exists", not, "EXISTS (SELECT 1 FROM ", inner.Text, " WHERE ", theirs, " = ", mine, extra, ")"),
            2 or 3 => new QueryNode(
                not + "in", mine, " ", not, "IN (SELECT ", theirs, " FROM ", inner.Text, Where(inner.Columns, out _), ")"),
            _ => new QueryNode(
                "quantified", QueryNode.OursOnly, mine, Pick([" < ", " >= ", " = ", " <> "]), Pick(["ANY", "ALL"]), " (SELECT ",
                    theirs, " FROM ",
                inner.Text, Where(inner.Columns, out _), ")"),
        };
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(outer.Columns, 4).Select(c =>
            Item(ExpressionMaker.Of(c.Type, c.Name), c with { IsRowtime = false }, columns))];
        QueryNode also = Draw(3) == 0
            ? QueryNode.Optional("", Pick([" AND ", " OR "]), Expressions.Truth(outer.Columns, 1))
            : new QueryNode("");
        return Query(
            "", [Select(items), " FROM ", outer.Text, " WHERE ", condition, also], columns, true, outer.Rows / 2);
    }

    private Relation ScalarFiltered(int depth)
    {
        QuerySource outer = From(depth - 1);
        QueryType type = Pick([QueryType.Whole, QueryType.Real]);
        QueryNode value = Expressions.Column(type, outer.Columns);
        QueryNode condition = new("", value, Pick([" < ", " >= ", " <> ", " = "]), Scalar(depth, outer.Columns, type));
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(outer.Columns, 4).Select(c =>
            Item(ExpressionMaker.Of(c.Type, c.Name), c with { IsRowtime = false }, columns))];
        return Query("", [Select(items), " FROM ", outer.Text, " WHERE ", condition], columns, true, outer.Rows / 2);
    }

    private Relation ScalarSelected(int depth)
    {
        QuerySource outer = From(depth - 1);
        QueryType type = Pick([QueryType.Whole, QueryType.Real, QueryType.Text]);
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(outer.Columns, 3).Select(c =>
            Item(ExpressionMaker.Of(c.Type, c.Name), c with { IsRowtime = false }, columns))];
        items.Add(Item(Scalar(depth, outer.Columns, type), new QueryColumn("", type), columns));
        return Query("", [Select(items), " FROM ", outer.Text, Where(outer.Columns, out _)], columns, true, outer.Rows);
    }

    /// <summary>Makes a subquery of one value; only a correlated one may count.</summary>
    private QueryNode Scalar(int depth, IReadOnlyList<QueryColumn> outer, QueryType type)
    {
        QuerySource inner = From(depth - 1);
        QueryNode value = Expressions.Column(type, inner.Columns);
        bool isCorrelated = Draw(3) > 0 && Shared(outer, inner.Columns) is not null;
        string function = type == QueryType.Whole && isCorrelated
            ? Pick(["MIN", "MAX", "SUM", "COUNT"])
            : Pick(type == QueryType.Text ? ["MIN", "MAX"] : new[] { "MIN", "MAX", "SUM" });
        QueryNode where = new("");
        if (isCorrelated)
        {
            QueryType shared = Shared(outer, inner.Columns)!.Value;
            where = QueryNode.Optional(
                "", " WHERE ", Expressions.Column(shared, inner.Columns), " = ", Expressions.Column(shared, outer));
        }

        return new QueryNode(
            isCorrelated ? "correlated scalar" : "scalar", $"(SELECT {function}(", value, ") FROM ", inner.Text, where,
                ")") { Type = type };
    }

    /// <summary>Joins each row with a query about it.</summary>
    private Relation Lateral(int depth)
    {
        QuerySource outer = From(depth - 1);
        QuerySource inner = From(depth - 1);
        if (Shared(outer.Columns, inner.Columns) is not { } type)
        {
            return Filtered(outer);
        }

        string alias = $"q{NextName()}";
        List<QueryColumn> inside = [];
        QueryNode where = new(
            "", " WHERE ", Expressions.Column(type, inner.Columns), " = ", Expressions.Column(type, outer.Columns));
        bool isTop = Draw(2) == 0;
        List<QueryNode> values = [];
        if (isTop)
        {
            values.AddRange(Some(inner.Columns, 3).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, inside)));
        }
        else
        {
            AddAggregates(values, inside, inner.Columns, 2);
        }

        string order = isTop ? $" ORDER BY {Order([.. inside])} LIMIT {Draw(1, 4)}" : "";
        QueryNode query = new("", Select(values), " FROM ", inner.Text, where, order) { IsQuery = true };
        IReadOnlyList<QueryColumn> scope =
        [
            .. outer.Columns.Concat(inside.Select(c => c with { Name = $"{alias}.{c.Name}" })).Select(c =>
                c with { IsRowtime = false, IsUnique = false }),
        ];
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(scope, 4).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        string join = Pick([" CROSS JOIN LATERAL (", " LEFT JOIN LATERAL ("]);
        return Query(
            isTop ? "lateral top-n" : "lateral aggregate",
            [
                QueryNode.OursOnly, Select(items), " FROM ", outer.Text, join, query, $") AS {alias}", join[1] == 'L'
                    ? " ON TRUE" : "",
                Where(scope, out double share),
            ],
            columns, true, outer.Rows * share * 2);
    }

    private Relation Ranked(QuerySource from)
    {
        string alias = $"q{NextName()}";
        List<QueryColumn> inside = [];
        List<QueryNode> items = [.. Some(from.Columns, 4).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, inside))];
        QueryColumn[] times = [.. from.Columns.Where(c => c.IsRowtime && c.IsUnique)];
        bool isDeduplicate = times.Length > 0 && Draw(2) == 0;
        string function = isDeduplicate ? "ROW_NUMBER" : Pick(["ROW_NUMBER", "ROW_NUMBER", "RANK", "DENSE_RANK"]);
        IReadOnlyList<QueryColumn> chosen = [.. items.Select((item, i) =>
            inside[i] with { Name = item.Print(true)!.Split(' ')[0] })];
        string order = isDeduplicate ? times[0].Name + Pick([" ASC", " DESC"])
            : function == "ROW_NUMBER" ? Order(chosen) : Order([.. Some(from.Columns, 2)]);
        QueryColumn[] partition = Draw(4) == 0 ? [] : [.. Some(from.Columns, 2).Where(c =>
            c.Type is not QueryType.Real and not QueryType.Time)];
        string by = partition.Length == 0 ? "" : $"PARTITION BY {string.Join(", ", partition.Select(c => c.Name))} ";
        int most = isDeduplicate ? 1 : Draw(1, 5);
        string limit = isDeduplicate || Draw(6) == 0 ? $"= {most}" : $"<= {most}";
        items.Add(new QueryNode("", $"{function}() OVER ({by}ORDER BY {order}) AS rn"));
        QueryNode inner = new("", Select(items), " FROM ", from.Text, Where(from.Columns, out _)) { IsQuery = true };
        List<QueryColumn> columns = [];
        List<QueryNode> outer = [.. inside.Select(c => Item(
            ExpressionMaker.Of(c.Type, $"{alias}.{c.Name}"), c with { IsUnique = c.IsUnique && isDeduplicate,
                IsRowtime = c.IsRowtime && isDeduplicate && order.EndsWith("ASC", StringComparison.Ordinal)
                    && !from.IsUpdating }, columns))];
        if (Draw(3) == 0)
        {
            outer.Add(Item(new QueryNode("rank number", $"{alias}.rn"), new QueryColumn("", QueryType.Whole), columns));
        }

        string tag = isDeduplicate ? "deduplicate" : function.ToLowerInvariant();
        return Query(
            tag, [Select(outer), " FROM (", inner, $") AS {alias} WHERE {alias}.rn {limit}"], columns, true,
            Math.Min(from.Rows, most * (partition.Length == 0 ? 1 : 6)));
    }

    private Relation Over()
    {
        QuerySource from = Table(Pick(["e1", "e2"]));
        QueryColumn time = from.Columns.Single(c => c.IsRowtime);
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(from.Columns, 3).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        string by = Draw(4) == 0 ? ""
            : $"PARTITION BY {Pick([.. from.Columns.Where(c => c.Type is QueryType.Text or QueryType.Truth)]).Name} ";
        int rows = Draw(1, 6);
        (string Ours, string? Theirs) frame = Draw(4) switch
        {
            0 => ($" ROWS BETWEEN {rows} PRECEDING AND CURRENT ROW", $" ROWS BETWEEN {rows} PRECEDING AND CURRENT ROW"),
            1 => ($" RANGE BETWEEN INTERVAL '{rows}' SECOND PRECEDING AND CURRENT ROW",
                $" RANGE BETWEEN {rows * 1000} PRECEDING AND CURRENT ROW"),
            2 => (" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
            _ => ("", ""),
        };
        for (int i = Draw(1, 4); i > 0; i--)
        {
            QueryType type;
            QueryNode call;
            if (frame.Ours.Length == 0 && Draw(2) == 0)
            {
                type = Expressions.AnyType(from.Columns);
                call = new QueryNode("lag or row_number", Draw(2) == 0 ? "LAG(" : "LAG(",
                    Expressions.Column(type, from.Columns), ", 1)");
            }
            else
            {
                type = QueryType.Whole;
                string function = Pick(["SUM", "COUNT", "MIN", "MAX"]);
                bool isDistinct = function is "SUM" or "COUNT" && Draw(4) == 0;
                call = isDistinct
                    ? new QueryNode("distinct over", QueryNode.OursOnly, $"{function}(DISTINCT ", Expressions.Column(type, from.Columns), ")")
                    : new QueryNode("", $"{function}(", Expressions.Column(type, from.Columns), ")");
            }

            items.Add(Item(new QueryNode("over", call, $" OVER ({by}ORDER BY {time.Name}", frame, ")") { Type = type },
                new QueryColumn("", type), columns));
        }

        return Query("", [Select(items), " FROM ", from.Text, Where(from.Columns, out double share)], columns, false, 30 * share);
    }

    /// <summary>Makes window functions in an order that time does not give; ROWS goes by all columns, so that equals are the same.</summary>
    private Relation SortedOver(QuerySource from)
    {
        QueryColumn[] untimed = [.. from.Columns.Where(c => c.Type is not QueryType.Time)];
        if (untimed.Length == 0)
        {
            return Filtered(from);
        }

        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(from.Columns, 3).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c with
        {
            IsRowtime = false,
        }, columns))];
        QueryColumn[] partition = Draw(4) == 0 ? [] : [.. Some(from.Columns, 2).Where(c =>
            c.Type is not QueryType.Real and not QueryType.Time)];
        string by = partition.Length == 0 ? "" : $"PARTITION BY {string.Join(", ", partition.Select(c => c.Name))} ";
        bool isRows = untimed.Length == from.Columns.Count && Draw(2) == 0;
        string order = isRows ? Order(untimed) : Order([.. Some(untimed, 2)]);
        for (int i = Draw(1, 4); i > 0; i--)
        {
            (string function, string frame) = isRows
                ? Pick([("ROW_NUMBER", ""), ("SUM", " ROWS UNBOUNDED PRECEDING"), ("COUNT", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW")])
                : Pick([("SUM", ""), ("COUNT", ""), ("MAX", ""), ("MIN", ""), ("RANK", ""), ("DENSE_RANK", "")]);
            QueryNode call = function is "ROW_NUMBER" or "RANK" or "DENSE_RANK" ? new QueryNode("", $"{function}()")
                : new QueryNode("", $"{function}(", Expressions.Column(QueryType.Whole, from.Columns), ")");
            items.Add(Item(new QueryNode("sorted over", call, $" OVER ({by}ORDER BY {order}{frame})") { Type = QueryType.Whole },
                new QueryColumn("", QueryType.Whole), columns));
        }

        return Query("", [Select(items), " FROM ", from.Text, Where(from.Columns, out double share)], columns, true, from.Rows * share);
    }

    private Relation Unnested(QuerySource from)
    {
        string alias = $"q{NextName()}";
        QueryType type = Pick([QueryType.Whole, QueryType.Text]);
        QueryNode[] values = [.. Enumerable.Range(0, Draw(1, 4)).Select(_ => Typed(type, from.Columns))];
        IReadOnlyList<QueryColumn> scope = [.. from.Columns, new QueryColumn($"{alias}.`value`", type)];
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(scope, 4).Append(scope[^1]).Select(c =>
            Item(ExpressionMaker.Of(c.Type, c.Name), c with { IsUnique = false }, columns))];
        return Query(
            "unnest",
            [
                Select(items), " FROM ", from.Text, (" CROSS JOIN UNNEST(ARRAY[", ", json_each(json_array("),
                    QueryNode.List(", ", values),
                ($"]) AS {alias} (`value`)", $")) AS {alias}"), Where(scope, out double share),
            ],
            columns, from.IsUpdating, from.Rows * values.Length * share);
    }

    /// <summary>Names a query once and joins or unites it with itself: its plan may be shared.</summary>
    private Relation Shared(int depth)
    {
        string name = $"w{NextName()}";
        Relation shared = Make(depth - 1);
        (string a, string b) = ($"q{NextName()}", $"q{NextName()}");
        QueryColumn key = shared.Columns[0];
        List<QueryColumn> columns = [];
        if (shared.Rows * shared.Rows / 5 > MostRows || Draw(2) == 0)
        {
            QueryNode[] left = [.. shared.Columns.Select(c => Item(
                ExpressionMaker.Of(c.Type, $"{a}.{c.Name}"), c with { IsRowtime = false, IsUnique = false }, columns))];
            QueryNode[] right = [.. shared.Columns.Select(c => ExpressionMaker.Of(c.Type, $"{b}.{c.Name}"))];
            QueryColumn[] scope = [.. shared.Columns.Select(c => c with { Name = $"{b}.{c.Name}" })];
            return Query(
                "shared query",
                [
                    $"WITH {name} AS (", shared.Query, ") SELECT ", new QueryNode("", [.. Between(left)]),
                        $" FROM {name} AS {a} UNION ALL SELECT ",
                    new QueryNode("", [.. Between(right)]), $" FROM {name} AS {b}", Where(scope, out _),
                ],
                columns, shared.IsUpdating, shared.Rows * 2);
        }

        IEnumerable<QueryColumn> both = shared.Columns.SelectMany(c =>
            new[] { c with { Name = $"{a}.{c.Name}" }, c with { Name = $"{b}.{c.Name}" } });
        QueryNode[] items = [.. both.Take(6).Select(c => Item(
            ExpressionMaker.Of(c.Type, c.Name), c with { IsRowtime = false, IsUnique = false }, columns))];
        return Query(
            "shared query",
            [
                $"WITH {name} AS (", shared.Query, ") ", Select(items),
                    $" FROM {name} AS {a} {Pick(["INNER", "LEFT"])} JOIN {name} AS {b} ",
                $"ON {a}.{key.Name} = {b}.{key.Name}",
            ],
            columns, true, shared.Rows * 3);
    }
}
