using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Makes queries over one table in two dialects. Left out on purpose, because meanings differ: division by zero (NULL in
/// SQLite), AVG of integers (a fraction there), remainders of doubles, text of doubles, booleans as values.
/// </summary>
internal sealed class QueryGenerator(Random random)
{
    private static readonly string[] Comparisons = ["=", "<>", "<", "<=", ">", ">="];
    private static readonly string[] Words = ["", "a", "ab", "b", "Zoë", "a longer text than twelve", "日本", "it''s", "x%y", "ABC"];

    /// <summary>Makes the rows of the table: id, i, j BIGINT, x DOUBLE, s STRING; a quarter of the values is NULL.</summary>
    public IEnumerable<string[]> Rows(int count) => Enumerable.Range(0, count).Select(i => new[]
    {
        $"{i}",
        Null() ?? $"{random.Next(-9, 10)}",
        Null() ?? $"{random.Next(-3, 4)}",
        Null() ?? (random.Next(-40, 41) / 4.0).ToString("F2", CultureInfo.InvariantCulture),
        Null() ?? $"'{Pick(Words)}'",
    });

    /// <summary>Makes a query.</summary>
    public Query Next() => random.Next(5) switch
    {
        0 => Grouped(),
        1 => Global(),
        2 => Ordered(),
        3 => Union(),
        _ => Filtered(),
    };

    private Query Filtered()
    {
        (Text a, Text b, Text c, Text where) = (Whole(3), Real(2), Word(2), Condition(2));
        return Both(d => $"SELECT id, {a.In(d)}, {b.In(d)}, {c.In(d)} FROM t WHERE {where.In(d)}");
    }

    private Query Grouped()
    {
        Text key = random.Next(3) switch { 0 => Same("s"), 1 => Same("j"), _ => Whole(1) };
        Text[] values = [Aggregate(), Aggregate(), Aggregate()];
        (Text where, Text having) = (Condition(1), Aggregate());
        bool hasHaving = random.Next(3) == 0;
        return Both(d => $"SELECT {key.In(d)}, {List(values, d)} FROM t WHERE {where.In(d)} GROUP BY {key.In(d)}"
            + (hasHaving ? $" HAVING {having.In(d)} IS NOT NULL AND COUNT(*) > 1" : ""));
    }

    private Query Global()
    {
        Text[] values = [Aggregate(), Aggregate(), Aggregate(), Aggregate()];
        Text where = Condition(2);
        return Both(d => $"SELECT {List(values, d)} FROM t WHERE {where.In(d)}") with { IsBatch = true };
    }

    private Query Ordered()
    {
        Text order = random.Next(3) switch { 0 => Same("s"), 1 => Whole(2), _ => Real(1) };
        string way = random.Next(2) == 0 ? "DESC" : "ASC";
        int limit = random.Next(1, 20);
        return Both(d => $"SELECT id, {order.In(d)} AS o FROM t ORDER BY o {way}, id LIMIT {limit}") with { IsOrdered = true };
    }

    private Query Union()
    {
        (Text a, Text b, Text c, Text e) = (Whole(2), Whole(1), Condition(1), Condition(1));
        return Both(d => $"SELECT DISTINCT v FROM (SELECT {a.In(d)} AS v FROM t WHERE {c.In(d)} "
            + $"UNION ALL SELECT {b.In(d)} AS v FROM t WHERE {e.In(d)}) AS u");
    }

    private Text Aggregate() => random.Next(9) switch
    {
        0 => Same("COUNT(*)"),
        1 => Call("COUNT", Word(1)),
        2 => Call("SUM", Whole(2)),
        3 => Call("MIN", random.Next(2) == 0 ? Word(1) : Real(1)),
        4 => Call("MAX", random.Next(2) == 0 ? Word(1) : Whole(1)),
        5 => Call("AVG", Real(1)),
        6 => Call("COUNT", Join("DISTINCT ", Whole(1))),
        7 => Join(Call("SUM", Whole(1)), " FILTER (WHERE ", Condition(1), ")"),
        _ => Call("SUM", Join("DISTINCT ", Same("j"))),
    };

    private Text Whole(int depth)
    {
        if (depth == 0)
        {
            return random.Next(3) switch { 0 => Same("i"), 1 => Same("j"), _ => Same($"CAST({random.Next(-5, 6)} AS BIGINT)") };
        }

        return random.Next(11) switch
        {
            0 => Join("(", Whole(depth - 1), " + ", Whole(depth - 1), ")"),
            1 => Join("(", Whole(depth - 1), " - ", Whole(depth - 1), ")"),
            2 => Join("(", Whole(depth - 1), " * ", Whole(depth - 1), ")"),
            3 => Join("(", Whole(depth - 1), " / NULLIF(", Whole(depth - 1), ", 0))"),
            4 => Join("(", Whole(depth - 1), $" % {random.Next(1, 7)})"),
            5 => Call("ABS", Whole(depth - 1)),
            6 => Join("COALESCE(", Whole(depth - 1), ", ", Whole(depth - 1), ")"),
            7 => Join("CASE WHEN ", Condition(depth - 1), " THEN ", Whole(depth - 1), " ELSE ", Whole(depth - 1), " END"),
            8 => Join("CASE ", Same("j"), " WHEN 1 THEN ", Whole(depth - 1), " WHEN 2 THEN ", Whole(depth - 1), " END"),
            9 => Join("CAST(", Real(depth - 1), " AS BIGINT)"),
            _ => new Text($"CHAR_LENGTH({Word(depth - 1).Save(out Text word).Ours})", $"LENGTH({word.Theirs})"),
        };
    }

    private Text Real(int depth)
    {
        if (depth == 0)
        {
            return random.Next(2) == 0 ? Same("x") : Same($"CAST({random.Next(-8, 9)} AS DOUBLE)");
        }

        return random.Next(8) switch
        {
            0 => Join("(", Real(depth - 1), " + ", Whole(depth - 1), ")"),
            1 => Join("(", Real(depth - 1), " * ", Real(depth - 1), ")"),
            2 => Join("(", Real(depth - 1), " / NULLIF(", Real(depth - 1), ", 0))"),
            3 => Call(Pick(["FLOOR", "CEIL", "ABS", "ROUND"]), Real(depth - 1)),
            4 => Join("CASE WHEN ", Condition(depth - 1), " THEN ", Real(depth - 1), " END"),
            5 => Join("-", Real(0)),
            6 => Join("NULLIF(", Real(depth - 1), ", 1)"),
            _ => Join("(", Real(depth - 1), " - ", Real(depth - 1), ")"),
        };
    }

    private Text Word(int depth)
    {
        if (depth == 0)
        {
            return random.Next(3) > 0 ? Same("s") : Same($"'{Pick(Words)}'");
        }

        return random.Next(8) switch
        {
            0 => Join("(", Word(depth - 1), " || ", Word(depth - 1), ")"),
            1 => new Text($"SUBSTRING({Word(depth - 1).Save(out Text w).Ours}, 2, 3)", $"SUBSTR({w.Theirs}, 2, 3)"),
            2 => Join("REPLACE(", Word(depth - 1), ", 'a', 'oo')"),
            3 => Join("TRIM(", Word(depth - 1), ")"),
            4 => Join("COALESCE(", Word(depth - 1), ", 'none')"),
            5 => Join("CASE WHEN ", Condition(depth - 1), " THEN ", Word(depth - 1), " ELSE ", Word(depth - 1), " END"),
            6 => new Text($"CAST({Whole(depth - 1).Save(out Text n).Ours} AS STRING)", $"CAST({n.Theirs} AS TEXT)"),
            _ => Join("NULLIF(", Word(depth - 1), ", 'ab')"),
        };
    }

    private Text Condition(int depth)
    {
        int choice = random.Next(depth == 0 ? 7 : 10);
        return choice switch
        {
            0 => Join(Whole(depth), $" {Pick(Comparisons)} ", Whole(depth)),
            1 => Join(Real(depth), $" {Pick(Comparisons)} ", Whole(0)),
            2 => Join(Word(depth), $" {Pick(Comparisons)} ", Word(0)),
            3 => Join("i", Pick([" IN ", " NOT IN "]), $"(1, {random.Next(5)}{Pick(["", ", NULL"])})"),
            4 => Join("j", Pick([" BETWEEN ", " NOT BETWEEN "]), $"{random.Next(-3, 1)} AND {random.Next(0, 3)}"),
            5 => Join("s", Pick([" LIKE ", " NOT LIKE "]), Pick(["'a%'", "'%b%'", "'_b'", "'Zo_'", "'%'", "'x!%y' ESCAPE '!'"])),
            6 => Join(Pick(["i", "x", "s"]), Pick([" IS NULL", " IS NOT NULL"])),
            7 => Join("(", Condition(depth - 1), " AND ", Condition(depth - 1), ")"),
            8 => Join("(", Condition(depth - 1), " OR ", Condition(depth - 1), ")"),
            _ => Join("NOT (", Condition(depth - 1), ")"),
        };
    }

    private string? Null() => random.Next(4) == 0 ? "NULL" : null;

    private string Pick(string[] of) => of[random.Next(of.Length)];

    private static string List(Text[] texts, bool ours) => string.Join(", ", texts.Select(t => t.In(ours)));

    private static Query Both(Func<bool, string> make) => new(make(true), make(false), false, false);

    private static Text Same(string text) => new(text, text);

    private static Text Call(string name, Text argument) => Join(name + "(", argument, ")");

    private static Text Join(params Text[] parts) =>
        new(string.Concat(parts.Select(p => p.Ours)), string.Concat(parts.Select(p => p.Theirs)));

    /// <summary>Is one query in both dialects.</summary>
    internal sealed record Query(string Ours, string Theirs, bool IsOrdered, bool IsBatch);

    private readonly record struct Text(string Ours, string Theirs)
    {
        public static implicit operator Text(string text) => new(text, text);

        public string In(bool ours) => ours ? Ours : Theirs;

        public Text Save(out Text copy) => copy = this;
    }
}
