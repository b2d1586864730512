using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Testing.Queries;

/// <summary>Makes queries over windows and by time.</summary>
public sealed class WindowMaker(Random random, RelationMaker like) : RelationMaker(random, like)
{
    /// <summary>Makes a query.</summary>
    public Relation Next() => Draw(10) switch
    {
        9 => JoinedWithExtreme(),
        0 or 1 or 2 => WindowGrouped(),
        3 => WindowJoined(),
        4 or 5 => IntervalJoined(),
        6 or 7 => WindowRanked(),
        _ => Cascaded(),
    };

    /// <summary>Makes a window table function.</summary>
    public QuerySource Window() => Window(Pick(["e1", "e2", "e1", "r1", "u1"]), Draw(3), Draw(1, 9));

    /// <summary>Makes a window table function over an insert-only table; its bounds come last.</summary>
    private QuerySource Window(string table, int kind, int seconds)
    {
        string alias = $"q{NextName()}";
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
        return new QuerySource(
            new QueryNode(function.Tag, ($"TABLE({function.Ours}) AS {alias}", function.Theirs is null ? null
                : $"{function.Theirs} AS {alias}")),
            [
                .. QueryWorld.TableColumns.Select(c => c with
                {
                    Name = $"{alias}.{c.Name}", IsUnique = false, IsRowtime = c.IsRowtime && table[0] == 'e',
                }),
                new($"{alias}.window_start", QueryType.Time), new($"{alias}.window_end", QueryType.Time),
            ],
            table[0] != 'e', kind is 1 or 2 ? 50 : 30);
    }

    private Relation WindowGrouped()
    {
        int kind = Draw(4);
        QuerySource window = Window(Pick(kind == 3 ? ["e1", "e2"] : new[] { "e1", "e2", "r1", "u1" }), kind, Draw(1, 9));
        (QueryColumn start, QueryColumn end) = (window.Columns[^2], window.Columns[^1]);
        List<QueryColumn> columns = [];
        List<QueryNode> items = [];
        List<QueryNode> keys = [ExpressionMaker.Of(start.Type, start.Name), ExpressionMaker.Of(end.Type, end.Name)];
        items.Add(Item(keys[0], start, columns));
        items.Add(Item(keys[1], end, columns));
        QueryColumn key = kind == 3 ? window.Columns[1] : Pick([.. window.Columns.Where(c =>
            c.Type is QueryType.Whole or QueryType.Text)]);
        if (kind == 3 || Draw(3) > 0)
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
        int kind = Draw(3);
        int seconds = Draw(1, 5);
        QuerySource left = Window("e1", kind, seconds);
        QuerySource right = Window("e2", kind, seconds);
        string join = Pick(["INNER", "LEFT", "RIGHT", "FULL"]);
        QueryNode equal = new(
            "", $"{left.Columns[^2].Name} = {right.Columns[^2].Name} AND {left.Columns[^1].Name} = {right.Columns[^1].Name} AND ",
            $"{left.Columns[1].Name} = {right.Columns[1].Name}");
        IReadOnlyList<QueryColumn> both = [.. left.Columns.Concat(right.Columns).Select(c => c with { IsRowtime = false })];
        QueryNode residual = Draw(4) == 0 ? QueryNode.Optional("", " AND ", Expressions.Truth(both, 1))
            : new QueryNode("");
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(both, 5).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        return Query(
            $"window {join.ToLowerInvariant()} join",
            [Select(items), " FROM ", left.Text, $" {join} JOIN ", right.Text, " ON ", equal, residual], columns, false, 60);
    }

    private Relation IntervalJoined()
    {
        QuerySource left = Table(Pick(["e1", "e2"]));
        QuerySource right = Table(Pick(["e1", "e2"]));
        string join = Pick(["INNER", "INNER", "LEFT", "RIGHT", "FULL"]);
        QueryType type = Pick([QueryType.Whole, QueryType.Text]);
        string time(QuerySource s) => s.Columns.Single(c => c.IsRowtime).Name;
        (int before, int after) = (Draw(1, 5), Draw(0, 4));
        (string, string?) bounds = (
            $"{time(left)} BETWEEN {time(right)} - INTERVAL '{before}' SECOND AND {time(right)} + INTERVAL '{after}' SECOND",
            $"{time(left)} BETWEEN {time(right)} - {before * 1000} AND {time(right)} + {after * 1000}");
        IReadOnlyList<QueryColumn> both = [.. left.Columns.Concat(right.Columns).Select(c =>
            c with { IsRowtime = false, IsUnique = false })];
        QueryNode residual = Draw(4) == 0 ? QueryNode.Optional("", " AND ", Expressions.Truth(both, 1))
            : new QueryNode("");
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(both, 5).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        return Query(
            $"interval {join.ToLowerInvariant()} join",
            [
                Select(items), " FROM ", left.Text, $" {join} JOIN ", right.Text, " ON ",
                    Expressions.Column(type, left.Columns), " = ",
                Expressions.Column(type, right.Columns), " AND ", bounds, residual, Where(both, out _),
            ],
            columns, false, 30);
    }

    /// <summary>Joins rows with the greatest or least value of windows over the same rows, or over some of them.</summary>
    private Relation JoinedWithExtreme()
    {
        string table = Pick(["e1", "e2", "e1", "e2", "r1", "u1"]);
        int seconds = Draw(1, 9);
        QuerySource window = Window(table, Draw(2), seconds);
        QuerySource left = Table(table);
        string name = window.Columns[0].Name.Split('.')[0];
        string value = Pick(["b", "k", "x", "ts"]);
        string? key = Draw(2) == 0 ? null : Pick(["k", "s", "b"]);
        string best = $"q{NextName()}";
        QueryNode where = Draw(4) == 0 ? Where([.. window.Columns.Take(window.Columns.Count - 2)], out _) : new QueryNode("");
        QueryNode extremes = new(
            "", $"SELECT {Pick(["MAX", "MIN"])}({name}.{value}) AS m, {name}.window_start AS ws, {name}.window_end AS we",
            key is null ? "" : $", {name}.{key} AS g", " FROM ", window.Text, where,
            $" GROUP BY {name}.window_start, {name}.window_end", key is null ? "" : $", {name}.{key}") { IsQuery = true };
        string row = left.Columns[0].Name.Split('.')[0];
        (int before, int after) = (Draw(0, 2) * Draw(1, seconds + 3), Draw(0, 3));
        string bound = Pick(["ws", "we"]);
        before = bound == "ws" && Draw(2) == 0 ? 0 : before;
        (string, string?) near = (
            $"{row}.ts BETWEEN {best}.{bound} - INTERVAL '{before}' SECOND AND {best}.we + INTERVAL '{after}' SECOND",
            $"{row}.ts BETWEEN {best}.{bound} - {before * 1000} AND {best}.we + {after * 1000}");
        IReadOnlyList<QueryColumn> both =
        [
            .. left.Columns.Select(c => c with { IsRowtime = false, IsUnique = false }),
            new($"{best}.ws", QueryType.Time), new($"{best}.we", QueryType.Time),
        ];
        QueryNode residual = Draw(4) == 0 ? QueryNode.Optional("", " AND ", Expressions.Truth(both, 1)) : new QueryNode("");
        List<QueryColumn> columns = [];
        List<QueryNode> items = [.. Some(both, 5).Select(c => Item(ExpressionMaker.Of(c.Type, c.Name), c, columns))];
        QueryNode[] sides = [left.Text, new("", "(", extremes, $") AS {best}")];
        int first = Draw(2);
        return Query(
            "join with window's extreme",
            [
                Select(items), " FROM ", sides[first], " JOIN ", sides[1 - first],
                $" ON {row}.{value} = {best}.m", key is null ? "" : $" AND {row}.{key} = {best}.g", " AND ", near, residual,
            ],
            columns, table[0] != 'e', 20);
    }

    /// <summary>Ranks the rows of a window, or keeps one a key.</summary>
    private Relation WindowRanked()
    {
        string alias = $"q{NextName()}";
        QuerySource window = Window(Pick(["e1", "e2"]), Draw(3), Draw(1, 9));
        List<QueryColumn> inside = [];
        List<QueryNode> items = [.. Some(window.Columns, 4).Append(window.Columns[^1]).Select(c =>
            Item(ExpressionMaker.Of(c.Type, c.Name), c with { IsRowtime = false }, inside))];
        QueryColumn time = window.Columns.Single(c => c.IsRowtime);
        QueryColumn key = Pick([.. window.Columns.Where(c => c.Type is QueryType.Whole or QueryType.Text)]);
        string by = Draw(3) == 0 ? "" : $", {key.Name}";
        bool isDeduplicate = Draw(2) == 0;
        string order = isDeduplicate
            ? time.Name + Pick([" ASC", " DESC"])
            : $"{Pick([.. window.Columns.Where(c => c.Type is QueryType.Whole or QueryType.Real)]).Name} DESC, {time.Name} ASC";
        int most = isDeduplicate ? 1 : Draw(1, 4);
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
        string alias = $"q{NextName()}";
        QuerySource window = Window(Pick(["e1", "e2"]), 0, Draw(1, 4));
        string name = window.Columns[0].Name.Split('.')[0];
        int size = Draw(2, 5) * 6;
        List<QueryColumn> inside = [];
        QueryNode sum = Expressions.Aggregate([.. window.Columns.Take(window.Columns.Count - 2)], mayFilter: false,
            out QueryType type);
        QueryNode value = Item(sum, new QueryColumn("", type), inside);
        QueryNode inner = new(
            "", $"SELECT {name}.k AS k, ", ($"{name}.window_time", $"{name}.window_end - 1"), " AS wt, ", value, " FROM ",
                window.Text,
            $" GROUP BY {name}.k, {name}.window_start, {name}.window_end", ($", {name}.window_time", "")) { IsQuery = true };
        string with = $"w{NextName()}";
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
}
