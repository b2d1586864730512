using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Makes queries in queries over one table t (id, i, j BIGINT NULL, s STRING NULL), correlated with any query around them by any
/// condition. Left out, because SQLite means or reads something else: ANY and ALL, queries as values with several rows.
/// </summary>
internal sealed class NestedQueryGenerator(Random random)
{
    private static readonly string[] Comparisons = ["=", "=", "=", "<>", "<", "<=", ">", ">="];
    private readonly List<string> _scopes = [];
    private int _aliases;

    /// <summary>Gets how often each shape was made.</summary>
    public SortedDictionary<string, int> Shapes { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes a query whose rows have no order.</summary>
    public string Next()
    {
        _scopes.Clear();
        _aliases = 0;
        string alias = Enter();
        return random.Next(4) switch
        {
            0 => $"SELECT {alias}.id, {Truth(Condition(3))} AS b FROM t AS {alias}",
            1 => $"SELECT {alias}.id, {Number(3)} AS n, {Scalar(2)} AS v FROM t AS {alias} WHERE {Condition(1)}",
            2 => Grouped(alias),
            _ => $"SELECT {alias}.id FROM t AS {alias} WHERE {Condition(3)}",
        };
    }

    private string Grouped(string alias)
    {
        Count("grouped outside");
        string where = Condition(2);
        string argument = Number(1);

        // Behind GROUP BY only the key is in sight.
        _scopes[0] = "";
        string inner = Enter();
        string having = $"(SELECT COUNT(*) FROM t AS {inner} WHERE {inner}.j {Pick(Comparisons)} {alias}.j)";
        return $"SELECT {alias}.j, SUM({argument}) AS n, {having} AS m FROM t AS {alias} WHERE {where} GROUP BY {alias}.j"
            + $" HAVING COUNT(*) {Pick(["<>", "<=", ">="])} {having}";
    }

    private string Condition(int depth)
    {
        if (depth == 0)
        {
            return random.Next(6) == 0 ? $"{Column()} IS {(random.Next(2) == 0 ? "NOT " : "")}NULL"
                : $"{Column()} {Pick(Comparisons)} {Number(0)}";
        }

        return random.Next(9) switch
        {
            0 => $"({Condition(depth - 1)} OR {Condition(depth - 1)})",
            1 => $"(NOT {Condition(depth - 1)} AND {Condition(depth - 1)})",
            2 or 3 => $"{Not()}EXISTS ({Rows(depth - 1, "1")})",
            4 or 5 => In(depth - 1),
            6 => $"{Number(depth - 1)} {Pick(Comparisons)} {Scalar(depth - 1)}",
            7 => $"({Column()}, {Column()}) {Not()}IN ({Rows(depth - 1, null, columns: 2)})",
            _ => $"{Column()} {Pick(Comparisons)} {Number(depth - 1)}",
        };
    }

    private string In(int depth)
    {
        Count("in");
        return $"{Number(depth)} {Not()}IN ({Rows(depth, null)})";
    }

    private string Number(int depth) => (depth == 0 ? random.Next(5) : random.Next(8)) switch
    {
        0 => $"{random.Next(-4, 5)}",
        1 => $"({Column()} + {Column()})",
        5 => $"COALESCE({Scalar(depth - 1)}, {random.Next(-3, 4)})",
        6 => $"CASE WHEN {Condition(depth - 1)} THEN {Number(depth - 1)} ELSE {Column()} END",
        7 => Scalar(depth - 1),
        _ => Column(),
    };

    /// <summary>Makes a query with one value.</summary>
    private string Scalar(int depth)
    {
        Count("value");
        string source = Source(depth, out string alias);
        
        // An aggregate over columns of a query around it alone would belong to that one by the standard.
        string argument = random.Next(3) == 0 ? $"({alias}.{Name()} + {Number(Math.Min(depth, 1))})" : $"{alias}.{Name()}";
        string aggregate = random.Next(7) switch
        {
            0 or 1 => "COUNT(*)",
            2 => $"COUNT({argument})",
            3 => $"SUM({argument})",
            4 => $"MIN({argument})",
            5 => $"COUNT(DISTINCT {argument})",
            _ => $"MAX({argument})",
        };
        string having = random.Next(6) == 0 ? " HAVING COUNT(*) > 1" : "";
        Count(having.Length > 0 ? "value with HAVING" : "value plain");
        return Leave(alias, $"(SELECT {aggregate}{(random.Next(4) == 0 ? $" + {Outer()}" : "")} FROM {source} WHERE {Where(depth, alias)}{having})");
    }

    /// <summary>Makes a query with rows: of what is given, or of numbers.</summary>
    private string Rows(int depth, string? what, int columns = 1)
    {
        string source = Source(depth, out string alias);
        string list = what ?? string.Join(", ", Enumerable.Range(0, columns).Select(_ => random.Next(4) == 0 ? Column() : $"{alias}.{Name()}"));
        string where = Where(depth, alias);
        switch (random.Next(8))
        {
            case 0 when what is null && columns == 1:
                Count("grouped inside");
                string aggregate = random.Next(2) == 0 ? "COUNT(*)" : $"MAX({alias}.{Name()})";
                return Leave(alias, $"SELECT {aggregate} FROM {source} WHERE {where} GROUP BY {alias}.j");
            case 1 when what is not null:
                Count("having inside");
                return Leave(alias, $"SELECT {alias}.j FROM {source} WHERE {where} GROUP BY {alias}.j HAVING COUNT(*) > {random.Next(3)}");
            case 2:
                string set = Pick(["UNION ALL", "UNION", "EXCEPT", "INTERSECT"]);
                Count(set);
                string first = Leave(alias, $"SELECT {list} FROM {source} WHERE {where}");
                string other = Enter();
                string second = what ?? string.Join(", ", Enumerable.Range(0, columns).Select(_ => Column()));
                return Leave(other, $"{first} {set} SELECT {second} FROM t AS {other} WHERE {Where(depth, other)}");
            case 3:
                Count("distinct");
                return Leave(alias, $"SELECT DISTINCT {list} FROM {source} WHERE {where}");
            default:
                return Leave(alias, $"SELECT {list} FROM {source} WHERE {where}");
        }
    }

    /// <summary>Makes what stands in FROM under a new alias.</summary>
    private string Source(int depth, out string alias)
    {
        switch (depth == 0 ? 9 : random.Next(8))
        {
            case 0:
                Count("derived");
                string inside = Enter();
                string rows = Leave(inside, $"SELECT {inside}.id, {inside}.i, {inside}.j, {inside}.s FROM t AS {inside} WHERE {Where(depth - 1, inside)}");
                alias = Enter();
                return $"({rows}) AS {alias}";
            case 1:
                Count("joined inside");
                string one = $"a{_aliases++}";
                alias = Enter();
                string kind = random.Next(2) == 0 ? "JOIN" : "LEFT JOIN";
                return $"t AS {one} {kind} t AS {alias} ON {one}.{Name()} = {alias}.{Name()}";
            default:
                alias = Enter();
                return $"t AS {alias}";
        }
    }

    /// <summary>Makes a condition that ties a query to one around it, most of the time.</summary>
    private string Where(int depth, string alias)
    {
        string tie = random.Next(6) switch
        {
            0 => "1 = 1",
            1 => $"{alias}.{Name()} {Pick(Comparisons)} {Outer()} + {random.Next(-2, 3)}",
            2 => $"({alias}.{Name()} = {Outer()} OR {alias}.{Name()} < {Outer()})",
            _ => $"{alias}.{Name()} = {Outer()}",
        };
        Count(tie.Contains(" OR ", StringComparison.Ordinal) || !tie.Contains(" = ", StringComparison.Ordinal) ? "tied by more" : "tied by equality");
        return random.Next(3) == 0 || depth == 0 ? tie : $"{tie} AND {Condition(depth - 1)}";
    }

    /// <summary>Names a column of a query around the innermost one.</summary>
    private string Outer()
    {
        string[] around = [.. _scopes.SkipLast(1).Where(s => s.Length > 0)];
        return around.Length == 0 ? $"{random.Next(-3, 4)}" : $"{Pick(around)}.{Name()}";
    }

    private string Column()
    {
        string[] seen = [.. _scopes.Where(s => s.Length > 0)];
        return seen.Length == 0 ? "1" : $"{(random.Next(2) == 0 ? seen[^1] : Pick(seen))}.{Name()}";
    }

    private string Name() => Pick(["id", "i", "i", "j", "j"]);

    private string Not() => random.Next(2) == 0 ? "NOT " : "";

    private string Truth(string condition)
    {
        Count("three values");
        return $"CASE WHEN {condition} THEN 1 WHEN NOT ({condition}) THEN 0 END";
    }

    private string Enter()
    {
        string alias = $"a{_aliases++}";
        _scopes.Add(alias);
        return alias;
    }

    private string Leave(string alias, string text)
    {
        _scopes.Remove(alias);
        return text;
    }

    private void Count(string shape) => Shapes[shape] = Shapes.GetValueOrDefault(shape) + 1;

    private string Pick(string[] values) => values[random.Next(values.Length)];
}
