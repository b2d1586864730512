using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Testing.Queries;

/// <summary>Makes queries over the tables of a <see cref="QueryWorld"/> by a grammar of relations.</summary>
/// <remarks>
/// Every query has one answer: what ranks or limits rows is ordered by all columns in the end, only rowtimes of base
/// tables decide OVER, a global aggregate over nothing is filtered away (streams and batches differ there by design).
/// </remarks>
public sealed class QueryMaker
{
    private const double MostRows = 3_000;
    private readonly Random _random;
    private readonly ExpressionMaker _expressions;
    private int _names;

    public QueryMaker(Random random)
    {
        _random = random;
        _expressions = new ExpressionMaker(random);
    }

    /// <summary>Makes a query; about <paramref name="depth"/> relations lie within each other.</summary>
    public Relation Next(int depth = 2)
    {
        Relation query = Make(_random.Next(Math.Max(1, depth - 1), depth + 1));
        return _random.Next(12) == 0 ? Limited(query) : query;
    }

    private Relation Make(int depth)
    {
        if (depth <= 0)
        {
            return Filtered(From(0));
        }

        return _random.Next(34) switch
        {
            0 or 1 => Filtered(From(depth - 1)),
            2 or 3 or 4 or 5 => Grouped(From(depth - 1)),
            6 => GroupedBySets(From(depth - 1)),
            7 => Distinct(From(depth - 1)),
            8 or 9 or 10 or 11 => Joined(depth),
            12 or 13 or 14 => SemiFiltered(depth),
            15 or 16 => SetOperation(depth),
            17 or 18 => WindowGrouped(),
            19 => WindowJoined(),
            20 => IntervalJoined(),
            21 or 22 or 23 => Ranked(From(depth - 1)),
            24 or 25 => Over(),
            26 => ScalarFiltered(depth),
            27 => Unnested(From(depth - 1)),
            28 => Limited(Make(depth - 1)),
            29 => Shared(depth),
            30 or 31 => WindowRanked(),
            32 => Cascaded(),
            _ => ScalarSelected(depth),
        };
    }

    /// <summary>Is something that stands behind FROM, with the columns as they are named there.</summary>
    private sealed record Source(QueryNode Text, IReadOnlyList<QueryColumn> Columns, bool IsUpdating, double Rows);

    private Source From(int depth, bool insertOnly = false)
    {
        string alias = $"q{++_names}";
        if (!insertOnly && _random.Next(14) == 0)
        {
            return Window(Pick(["e1", "e2"]), _random.Next(3), _random.Next(1, 9));
        }

        if (depth <= 0 || _random.Next(3) == 0)
        {
            string table = insertOnly ? Pick(["e1", "e2"]) : Pick(["e1", "e2", "e1", "r1", "u1"]);
            bool isInsert = table[0] == 'e';
            return new Source(
                new QueryNode(isInsert ? "insert table" : table == "u1" ? "upsert table" : "retract table", $"{table} AS {alias}"),
                [.. QueryWorld.TableColumns.Select(c => c with
                {
                    Name = $"{alias}.{c.Name}", IsRowtime = c.IsRowtime && isInsert, IsUnique = c.IsUnique && isInsert,
                })],
                !isInsert, 30);
        }

        Relation inner = Make(depth);
        return Derived(inner, alias);
    }

    private static Source Derived(Relation inner, string alias) => new(
        new QueryNode("", "(", inner.Query, $") AS {alias}"),
        [.. inner.Columns.Select(c => c with { Name = $"{alias}.{c.Name}" })], inner.IsUpdating, inner.Rows);

    private Relation Filtered(Source from)
    {
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        foreach (QueryColumn column in Some(from.Columns, 4))
        {
            items.Add(Item(ExpressionMaker.Of(column.Type, column.Name), column, columns));
        }

        for (int i = _random.Next(3); i > 0; i--)
        {
            QueryType type = _expressions.AnyType(from.Columns);
            items.Add(Item(_expressions.Make(type, from.Columns, 2), new QueryColumn("", type), columns));
        }

        QueryNode where = Where(from.Columns, out double share);
        return Query("project", [Select(items), " FROM ", from.Text, where], columns, from.IsUpdating, from.Rows * share);
    }

    private Relation Distinct(Source from)
    {
        List<QueryColumn> columns = [];
        QueryNode[] items = [.. Some(from.Columns, 2).Select(c =>
            Item(_expressions.Make(c.Type, from.Columns, 1), c with { IsUnique = false, IsRowtime = false }, columns))];
        QueryNode where = Where(from.Columns, out double share);
        return Query(
            "distinct", ["SELECT DISTINCT ", QueryNode.List(", ", items), " FROM ", from.Text, where], columns, true,
            from.Rows * share / 2);
    }

    private Relation Grouped(Source from)
    {
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        List<QueryNode> keys = [];
        for (int i = _random.Next(10) == 0 ? 0 : _random.Next(1, 3); i > 0; i--)
        {
            QueryType type = Pick([QueryType.Whole, QueryType.Text, QueryType.Truth]);
            QueryNode key = _random.Next(4) == 0 ? _expressions.Make(type, from.Columns, 1)
                : _expressions.Column(type, from.Columns);
            if (key.Print(true)!.Contains('.', StringComparison.Ordinal))
            {
                keys.Add(key);
                items.Add(Item(key, new QueryColumn("", type), columns));
            }
        }

        AddAggregates(items, columns, from.Columns, 3);
        QueryNode where = Where(from.Columns, out double share);
        bool isGlobal = keys.Count == 0;
        QueryNode having = isGlobal || _random.Next(3) == 0
            ? new QueryNode("having", " HAVING COUNT(*) > ", isGlobal ? "0" : "1") { IsOptional = !isGlobal }
            : new QueryNode("");
        return Query(
            isGlobal ? "global aggregate" : "group by",
            [Select(items), " FROM ", from.Text, where, isGlobal ? "" : " GROUP BY ", QueryNode.List(", ", keys), having],
            columns, true, isGlobal ? 1 : Math.Min(from.Rows * share, 12));
    }

    private Relation GroupedBySets(Source from)
    {
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        QueryNode first = _expressions.Column(QueryType.Whole, from.Columns);
        QueryNode second = _expressions.Column(QueryType.Text, from.Columns);
        if (!first.Print(true)!.Contains('.', StringComparison.Ordinal)
            || !second.Print(true)!.Contains('.', StringComparison.Ordinal))
        {
            return Grouped(from);
        }

        items.Add(Item(first, new QueryColumn("", QueryType.Whole), columns));
        items.Add(Item(second, new QueryColumn("", QueryType.Text), columns));
        AddAggregates(items, columns, from.Columns, 2);
        QueryNode where = Where(from.Columns, out _);
        object[] sets = _random.Next(3) switch
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
        Source left = From(depth - 1);
        Source right = From(depth - 1);
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

    /// <summary>Makes a column of exactly one type: both sides of a set operation must have equal ones.</summary>
    private QueryNode Typed(QueryType type, IReadOnlyList<QueryColumn> scope) => type switch
    {
        QueryType.Whole => ExpressionMaker.Of(type, "CAST(", _expressions.Column(type, scope), " AS BIGINT)"),
        QueryType.Decimal => ExpressionMaker.Of(type, "CAST(", _expressions.Column(type, scope),
            (" AS DECIMAL(20, 2))", " AS REAL)")),
        _ => _expressions.Column(type, scope),
    };

    private Relation Limited(Relation inner)
    {
        Source from = Derived(inner, $"q{++_names}");
        List<QueryColumn> columns = [];
        QueryNode[] items = [.. from.Columns.Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        string order = Order(from.Columns);
        return Query(
            "order by limit", [Select(items), " FROM ", from.Text, $" ORDER BY {order} LIMIT {_random.Next(1, 12)}"], columns,
                true, 10);
    }

    private Relation Joined(int depth)
    {
        Source left = From(depth - 1);
        Source right = From(depth - 1);
        string kind = Pick(["INNER", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"]);
        List<QueryNode> conditions = [];
        double rows = left.Rows * right.Rows;
        for (int i = 0; i < 3 && (i == 0 || rows > MostRows || _random.Next(3) == 0); i++)
        {
            if (Shared(left.Columns, right.Columns) is { } type)
            {
                string equal = _random.Next(8) == 0 ? " IS NOT DISTINCT FROM " : " = ";
                conditions.Add(new QueryNode("", _expressions.Column(type, left.Columns), equal,
                    _expressions.Column(type, right.Columns)));
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

        if (kind != "CROSS" && (conditions.Count == 0 || _random.Next(4) == 0))
        {
            conditions.Add(_expressions.Truth(both, 1));
        }

        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(both, 5).Select(c => Item(_expressions.Make(c.Type, both, _random.Next(3) == 0 ? 1
            : 0), c, columns))];
        object on = conditions.Count == 0 ? "" : new QueryNode("", " ON ", QueryNode.List(" AND ", conditions));
        string tag = kind.ToLowerInvariant() + " join";
        return Query(
            tag, [Select(items), " FROM ", left.Text, $" {kind} JOIN ", right.Text, on, Where(both, out double share)], columns,
            left.IsUpdating || right.IsUpdating || kind is "LEFT" or "RIGHT" or "FULL", rows * share);
    }

    private Relation SemiFiltered(int depth)
    {
        Source outer = From(depth - 1);
        Source inner = From(depth - 1);
        QueryType type = Shared(outer.Columns, inner.Columns) ?? QueryType.Whole;
        QueryNode mine = _expressions.Column(type, outer.Columns);
        QueryNode theirs = _expressions.Column(type, inner.Columns);
        QueryNode extra = _random.Next(2) == 0
            ? QueryNode.Optional("", " AND ", _expressions.Truth(_random.Next(4) == 0 ? [.. inner.Columns, .. outer.Columns]
                : inner.Columns, 1))
            : new QueryNode("");
        string not = Pick(["", "", "NOT "]);
        QueryNode condition = _random.Next(5) switch
        {
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
        QueryNode also = _random.Next(3) == 0
            ? QueryNode.Optional("", Pick([" AND ", " OR "]), _expressions.Truth(outer.Columns, 1))
            : new QueryNode("");
        return Query(
            "", [Select(items), " FROM ", outer.Text, " WHERE ", condition, also], columns, true, outer.Rows / 2);
    }

    private Relation ScalarFiltered(int depth)
    {
        Source outer = From(depth - 1);
        QueryType type = Pick([QueryType.Whole, QueryType.Real]);
        QueryNode value = _expressions.Column(type, outer.Columns);
        QueryNode condition = new("", value, Pick([" < ", " >= ", " <> ", " = "]), Scalar(depth, outer.Columns, type));
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(outer.Columns, 4).Select(c =>
            Item(ExpressionMaker.Of(c.Type, c.Name), c with { IsRowtime = false }, columns))];
        return Query("", [Select(items), " FROM ", outer.Text, " WHERE ", condition], columns, true, outer.Rows / 2);
    }

    private Relation ScalarSelected(int depth)
    {
        Source outer = From(depth - 1);
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
        Source inner = From(depth - 1);
        QueryNode value = _expressions.Column(type, inner.Columns);
        bool isCorrelated = _random.Next(3) > 0 && Shared(outer, inner.Columns) is not null;
        string function = type == QueryType.Whole && isCorrelated
            ? Pick(["MIN", "MAX", "SUM", "COUNT"])
            : Pick(type == QueryType.Text ? ["MIN", "MAX"] : new[] { "MIN", "MAX", "SUM" });
        QueryNode where = new("");
        if (isCorrelated)
        {
            QueryType shared = Shared(outer, inner.Columns)!.Value;
            where = QueryNode.Optional(
                "", " WHERE ", _expressions.Column(shared, inner.Columns), " = ", _expressions.Column(shared, outer));
        }

        return new QueryNode(
            isCorrelated ? "correlated scalar" : "scalar", $"(SELECT {function}(", value, ") FROM ", inner.Text, where,
                ")") { Type = type };
    }

    private Relation Ranked(Source from)
    {
        string alias = $"q{++_names}";
        List<QueryColumn> inside = [];
        List<QueryNode> items = [.. Some(from.Columns, 4).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, inside))];
        QueryColumn[] times = [.. from.Columns.Where(c => c.IsRowtime && c.IsUnique)];
        bool isDeduplicate = times.Length > 0 && _random.Next(2) == 0;
        string function = isDeduplicate ? "ROW_NUMBER" : Pick(["ROW_NUMBER", "ROW_NUMBER", "RANK", "DENSE_RANK"]);
        IReadOnlyList<QueryColumn> chosen = [.. items.Select((item, i) =>
            inside[i] with { Name = item.Print(true)!.Split(' ')[0] })];
        string order = isDeduplicate ? times[0].Name + Pick([" ASC", " DESC"])
            : function == "ROW_NUMBER" ? Order(chosen) : Order([.. Some(from.Columns, 2)]);
        QueryColumn[] partition = _random.Next(4) == 0 ? [] : [.. Some(from.Columns, 2).Where(c =>
            c.Type is not QueryType.Real and not QueryType.Time)];
        string by = partition.Length == 0 ? "" : $"PARTITION BY {string.Join(", ", partition.Select(c => c.Name))} ";
        int most = isDeduplicate ? 1 : _random.Next(1, 5);
        string limit = isDeduplicate || _random.Next(6) == 0 ? $"= {most}" : $"<= {most}";
        items.Add(new QueryNode("", $"{function}() OVER ({by}ORDER BY {order}) AS rn"));
        QueryNode inner = new("", Select(items), " FROM ", from.Text, Where(from.Columns, out _)) { IsQuery = true };
        List<QueryColumn> columns = [];
        List<QueryNode> outer = [.. inside.Select(c => Item(
            ExpressionMaker.Of(c.Type, $"{alias}.{c.Name}"), c with { IsUnique = c.IsUnique && isDeduplicate,
                IsRowtime = c.IsRowtime && isDeduplicate && order.EndsWith("ASC", StringComparison.Ordinal)
                    && !from.IsUpdating }, columns))];
        if (_random.Next(3) == 0)
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
        Source from = From(0, insertOnly: true);
        QueryColumn time = from.Columns.Single(c => c.IsRowtime);
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(from.Columns, 3).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        string by = _random.Next(4) == 0 ? ""
            : $"PARTITION BY {Pick([.. from.Columns.Where(c => c.Type is QueryType.Text or QueryType.Truth)]).Name} ";
        int rows = _random.Next(1, 6);
        (string Ours, string? Theirs) frame = _random.Next(4) switch
        {
            0 => ($" ROWS BETWEEN {rows} PRECEDING AND CURRENT ROW", $" ROWS BETWEEN {rows} PRECEDING AND CURRENT ROW"),
            1 => ($" RANGE BETWEEN INTERVAL '{rows}' SECOND PRECEDING AND CURRENT ROW",
                $" RANGE BETWEEN {rows * 1000} PRECEDING AND CURRENT ROW"),
            2 => (" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
            _ => ("", ""),
        };
        for (int i = _random.Next(1, 4); i > 0; i--)
        {
            QueryType type;
            QueryNode call;
            if (frame.Ours.Length == 0 && _random.Next(2) == 0)
            {
                type = _expressions.AnyType(from.Columns);
                call = new QueryNode("lag or row_number", _random.Next(2) == 0 ? "LAG(" : "LAG(",
                    _expressions.Column(type, from.Columns), ", 1)");
            }
            else
            {
                type = QueryType.Whole;
                string function = Pick(["SUM", "COUNT", "MIN", "MAX"]);
                call = new QueryNode("", $"{function}(", _expressions.Column(type, from.Columns), ")");
            }

            items.Add(Item(new QueryNode("over", call, $" OVER ({by}ORDER BY {time.Name}", frame, ")") { Type = type },
                new QueryColumn("", type), columns));
        }

        return Query("", [Select(items), " FROM ", from.Text, Where(from.Columns, out double share)], columns, false, 30 * share);
    }

    private Relation Unnested(Source from)
    {
        string alias = $"q{++_names}";
        QueryType type = Pick([QueryType.Whole, QueryType.Text]);
        QueryNode[] values = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Typed(type, from.Columns))];
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

    /// <summary>Makes a window table function over an insert-only table; its bounds come last.</summary>
    private Source Window(string table, int kind, int seconds)
    {
        string alias = $"q{++_names}";
        int size = seconds * 2000;
        int step = seconds * 1000;

        // Rows seven seconds apart exist to the millisecond: they touch, and touching sessions are one.
        int gap = Math.Min(seconds, 7) * 1000;
        string floor(int ms) => $"e.ts / {ms} * {ms}";
        string both(string start, string end) => $"(SELECT e.*, {start} AS window_start, {end} AS window_end FROM {table} AS e";
        string steps = "(SELECT 0 AS i UNION ALL SELECT 1) AS h";
        string ours = $"(TABLE {table}, DESCRIPTOR(ts), INTERVAL '{seconds}' SECOND";
        string twice = $", INTERVAL '{seconds * 2}' SECOND)";
        (string Tag, string Ours, string? Theirs) function = kind switch
        {
            0 => ("tumble", $"TUMBLE{ours})", both(floor(step), $"{floor(step)} + {step}") + ")"),
            1 => ("hop", $"HOP{ours}{twice}",
                both($"{floor(step)} - h.i * {step}", $"{floor(step)} - h.i * {step} + {size}") + $", {steps})"),
            2 => ("cumulate", $"CUMULATE{ours}{twice}",
                both(floor(size), $"{floor(size)} + (h.i + 1) * {step}")
                    + $", {steps} WHERE {floor(size)} + (h.i + 1) * {step} > e.ts)"),
            _ => ("session", $"SESSION(TABLE {table} PARTITION BY k, DESCRIPTOR(ts), INTERVAL '{gap / 1000}' SECOND)",
                $"(SELECT e.*, MIN(ts) OVER (PARTITION BY k, part) AS window_start, MAX(ts) OVER (PARTITION BY k, part) + {gap} AS window_end "
                + "FROM (SELECT e.*, SUM(first) OVER (PARTITION BY k ORDER BY ts) AS part FROM (SELECT e.*, CASE WHEN ts - LAG(ts) "
                + $"OVER (PARTITION BY k ORDER BY ts) <= {gap} THEN 0 ELSE 1 END AS first FROM {table} AS e) AS e) AS e)"),
        };
        return new Source(
            new QueryNode(function.Tag, ($"TABLE({function.Ours}) AS {alias}", function.Theirs is null ? null
                : $"{function.Theirs} AS {alias}")),
            [
                .. QueryWorld.TableColumns.Select(c => c with { Name = $"{alias}.{c.Name}", IsUnique = false }),
                new($"{alias}.window_start", QueryType.Time), new($"{alias}.window_end", QueryType.Time),
            ],
            false, kind is 1 or 2 ? 50 : 30);
    }

    private Relation WindowGrouped()
    {
        int kind = _random.Next(4);
        Source window = Window(Pick(["e1", "e2"]), kind, _random.Next(1, 9));
        (QueryColumn start, QueryColumn end) = (window.Columns[^2], window.Columns[^1]);
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        List<QueryNode> keys = [ExpressionMaker.Of(start.Type, start.Name), ExpressionMaker.Of(end.Type, end.Name)];
        items.Add(Item(keys[0], start, columns));
        items.Add(Item(keys[1], end, columns));
        QueryColumn key = kind == 3 ? window.Columns[1] : Pick([.. window.Columns.Where(c =>
            c.Type is QueryType.Whole or QueryType.Text)]);
        if (kind == 3 || _random.Next(3) > 0)
        {
            keys.Add(ExpressionMaker.Of(key.Type, key.Name));
            items.Add(Item(keys[2], key, columns));
        }

        IReadOnlyList<QueryColumn> scope = [.. window.Columns.Take(window.Columns.Count - 2)];
        AddAggregates(items, columns, scope, 3);
        return Query(
            "window aggregate",
            [
                Select(items), " FROM ", window.Text, Where(scope, out double share), " GROUP BY ",
                string.Join(", ", keys.Select(k => k.Print(true))),
            ],
            columns, false, 20 * share);
    }

    private Relation WindowJoined()
    {
        int kind = _random.Next(3);
        int seconds = _random.Next(1, 5);
        Source left = Window("e1", kind, seconds);
        Source right = Window("e2", kind, seconds);
        string join = Pick(["INNER", "LEFT", "RIGHT", "FULL"]);
        QueryNode equal = new(
            "", $"{left.Columns[^2].Name} = {right.Columns[^2].Name} AND {left.Columns[^1].Name} = {right.Columns[^1].Name} AND ",
            $"{left.Columns[1].Name} = {right.Columns[1].Name}");
        IReadOnlyList<QueryColumn> both = [.. left.Columns.Concat(right.Columns).Select(c => c with { IsRowtime = false })];
        QueryNode residual = _random.Next(4) == 0 ? QueryNode.Optional("", " AND ", _expressions.Truth(both, 1))
            : new QueryNode("");
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(both, 5).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        return Query(
            $"window {join.ToLowerInvariant()} join",
            [Select(items), " FROM ", left.Text, $" {join} JOIN ", right.Text, " ON ", equal, residual], columns, false, 60);
    }

    private Relation IntervalJoined()
    {
        Source left = From(0, insertOnly: true);
        Source right = From(0, insertOnly: true);
        string join = Pick(["INNER", "INNER", "LEFT", "RIGHT", "FULL"]);
        QueryType type = Pick([QueryType.Whole, QueryType.Text]);
        string time(Source s) => s.Columns.Single(c => c.IsRowtime).Name;
        (int before, int after) = (_random.Next(1, 5), _random.Next(0, 4));
        (string, string?) bounds = (
            $"{time(left)} BETWEEN {time(right)} - INTERVAL '{before}' SECOND AND {time(right)} + INTERVAL '{after}' SECOND",
            $"{time(left)} BETWEEN {time(right)} - {before * 1000} AND {time(right)} + {after * 1000}");
        IReadOnlyList<QueryColumn> both = [.. left.Columns.Concat(right.Columns).Select(c =>
            c with { IsRowtime = false, IsUnique = false })];
        QueryNode residual = _random.Next(4) == 0 ? QueryNode.Optional("", " AND ", _expressions.Truth(both, 1))
            : new QueryNode("");
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(both, 5).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        return Query(
            $"interval {join.ToLowerInvariant()} join",
            [
                Select(items), " FROM ", left.Text, $" {join} JOIN ", right.Text, " ON ",
                    _expressions.Column(type, left.Columns), " = ",
                _expressions.Column(type, right.Columns), " AND ", bounds, residual, Where(both, out _),
            ],
            columns, false, 30);
    }

    private QueryType? Shared(IReadOnlyList<QueryColumn> left, IReadOnlyList<QueryColumn> right)
    {
        QueryType[] types = [.. new[] { QueryType.Whole, QueryType.Whole, QueryType.Text, QueryType.Truth }
            .Where(t => left.Any(c => c.Type == t) && right.Any(c => c.Type == t))];
        return types.Length == 0 ? null : Pick(types);
    }

    /// <summary>Names a query once and joins or unites it with itself: its plan may be shared.</summary>
    private Relation Shared(int depth)
    {
        string name = $"w{++_names}";
        Relation shared = Make(depth - 1);
        (string a, string b) = ($"q{++_names}", $"q{++_names}");
        QueryColumn key = shared.Columns[0];
        List<QueryColumn> columns = [];
        if (shared.Rows * shared.Rows / 5 > MostRows || _random.Next(2) == 0)
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

    private static IEnumerable<object> Between(IEnumerable<QueryNode> nodes) =>
        nodes.SelectMany((n, i) => i == 0 ? new object[] { n } : [", ", n]);

    /// <summary>Ranks the rows of a window, or keeps one a key.</summary>
    private Relation WindowRanked()
    {
        string alias = $"q{++_names}";
        Source window = Window(Pick(["e1", "e2"]), _random.Next(3), _random.Next(1, 9));
        List<QueryColumn> inside = [];
        List<QueryNode> items = [.. Some(window.Columns, 4).Append(window.Columns[^1]).Select(c =>
            Item(ExpressionMaker.Of(c.Type, c.Name), c with { IsRowtime = false }, inside))];
        QueryColumn time = window.Columns.Single(c => c.IsRowtime);
        QueryColumn key = Pick([.. window.Columns.Where(c => c.Type is QueryType.Whole or QueryType.Text)]);
        string by = _random.Next(3) == 0 ? "" : $", {key.Name}";
        bool isDeduplicate = _random.Next(2) == 0;
        string order = isDeduplicate
            ? time.Name + Pick([" ASC", " DESC"])
            : $"{Pick([.. window.Columns.Where(c => c.Type is QueryType.Whole or QueryType.Real)]).Name} DESC, {time.Name} ASC";
        int most = isDeduplicate ? 1 : _random.Next(1, 4);
        items.Add(new QueryNode(
            "", $"ROW_NUMBER() OVER (PARTITION BY {window.Columns[^2].Name}, {window.Columns[^1].Name}{by} ORDER BY {order}) AS rn"));
        QueryNode inner = new("", Select(items), " FROM ", window.Text, Where(window.Columns, out _)) { IsQuery = true };
        List<QueryColumn> columns = [];
        List<QueryNode> outer = [.. inside.Select(c => Item(ExpressionMaker.Of(c.Type, $"{alias}.{c.Name}"), c, columns))];
        return Query(
            isDeduplicate ? "window deduplicate" : "window top-n",
            [Select(outer), " FROM (", inner, $") AS {alias} WHERE {alias}.rn <= {most}"], columns, false, 30);
    }

    /// <summary>Aggregates windows of windows by window_time.</summary>
    private Relation Cascaded()
    {
        string alias = $"q{++_names}";
        Source window = Window(Pick(["e1", "e2"]), 0, _random.Next(1, 4));
        string name = window.Columns[0].Name.Split('.')[0];
        int size = _random.Next(2, 5) * 6;
        List<QueryColumn> inside = [];
        QueryNode sum = _expressions.Aggregate([.. window.Columns.Take(window.Columns.Count - 2)], mayFilter: false,
            out QueryType type);
        QueryNode value = Item(sum, new QueryColumn("", type), inside);
        QueryNode inner = new(
            "", $"SELECT {name}.k AS k, ", ($"{name}.window_time", $"{name}.window_end - 1"), " AS wt, ", value, " FROM ",
                window.Text,
            $" GROUP BY {name}.k, {name}.window_start, {name}.window_end", ($", {name}.window_time", "")) { IsQuery = true };
        string with = $"w{++_names}";
        List<QueryColumn> columns = [];
        QueryNode[] items =
        [
            Item(ExpressionMaker.Of(QueryType.Time, $"{alias}.window_start"), new QueryColumn("", QueryType.Time), columns),
            Item(new QueryNode("", "COUNT(*)"), new QueryColumn("", QueryType.Whole), columns),
            Item(new QueryNode("", $"MAX({alias}.{inside[0].Name})"), inside[0], columns),
        ];
        (string, string?) outer = (
            $"TABLE(TUMBLE(TABLE {with}, DESCRIPTOR(wt), INTERVAL '{size}' SECOND)) AS {alias}",
            $"(SELECT e.*, e.wt / {size * 1000} * {size * 1000} AS window_start, 0 AS window_end FROM {with} AS e) AS {alias}");
        return Query(
            "window cascade",
            [
                $"WITH {with} AS (", inner, ") ", new QueryNode("", "SELECT ", new QueryNode("", [.. Between(items)])),
                    " FROM ", outer,
                $" GROUP BY {alias}.window_start, {alias}.window_end",
            ],
            columns, false, 10);
    }

    private void AddAggregates(List<QueryNode> items, List<QueryColumn> columns, IReadOnlyList<QueryColumn> scope, int most)
    {
        for (int i = _random.Next(1, most + 1); i > 0; i--)
        {
            items.Add(Item(_expressions.Aggregate(scope, mayFilter: true, out QueryType type), new QueryColumn("", type), columns));
        }
    }

    /// <summary>Makes an order of all rows: equal ones are the same.</summary>
    private string Order(IReadOnlyList<QueryColumn> columns) =>
        string.Join(", ", columns.OrderBy(_ => _random.Next()).Select(c => c.Name + Pick([" ASC", " DESC"])));

    private QueryNode Where(IReadOnlyList<QueryColumn> scope, out double share)
    {
        share = 1;
        if (_random.Next(5) < 2)
        {
            return new QueryNode("");
        }

        share = 0.5;
        return QueryNode.Optional("where", " WHERE ", _expressions.Truth(scope, _random.Next(3)));
    }

    private QueryNode Item(QueryNode expression, QueryColumn like, List<QueryColumn> columns)
    {
        string name = $"c{++_names}";
        columns.Add(like with { Name = name });
        return new QueryNode("", expression, $" AS {name}");
    }

    private static QueryNode Select(IEnumerable<QueryNode> items) => new("", "SELECT ", QueryNode.List(", ", items));

    private static Relation Query(string tag, object[] parts, IReadOnlyList<QueryColumn> columns, bool isUpdating, double rows) =>
        new(new QueryNode(tag, [.. parts]) { IsQuery = true }, columns, isUpdating, Math.Max(1, rows));

    private List<QueryColumn> Some(IReadOnlyList<QueryColumn> columns, int most) =>
        [.. columns.OrderBy(_ => _random.Next()).Take(_random.Next(1, most + 1))];

    private T Pick<T>(T[] of) => of[_random.Next(of.Length)];
}
