using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Testing.Queries;

/// <summary>Is a set of base tables of one shape with seeded rows, as changelogs and as what stands at their end.</summary>
/// <remarks>
/// e1, e2: inserts with a rowtime, out of order by less than the watermark allows, so that no row is late. r1: a retract
/// changelog with duplicates; u1: an upsert changelog by id; their watermarks let any change come. A fifth of the values are NULL, reals are quarters.
/// </remarks>
public sealed class QueryWorld
{
    private const string Columns = "id BIGINT, k INT, b BIGINT, s STRING, d DOUBLE, x DECIMAL(10, 2), f BOOLEAN, ts TIMESTAMP(3)";
    private const string Late = "WATERMARK FOR ts AS ts - INTERVAL '1' HOUR";
    private const string SqliteColumns = "id INTEGER, k INTEGER, b INTEGER, s TEXT, d REAL, x REAL, f INTEGER, ts INTEGER";
    private const long StartMs = 1_767_225_600_000;
    private static readonly string[] Words = ["", "a", "ab", "b", "Zoë", "a longer text than twelve", "ABC", "x_y"];
    private readonly Random _random;

    public QueryWorld(int seed)
    {
        _random = new Random(seed);
        Seed = seed;
        foreach (string name in Names)
        {
            Fill(name, _random.Next(12) == 0 ? _random.Next(2) : _random.Next(15, 45));
        }
    }

    /// <summary>Gets the tables.</summary>
    public static IReadOnlyList<string> Names { get; } = ["e1", "e2", "r1", "u1"];

    /// <summary>Gets the columns of every table.</summary>
    public static IReadOnlyList<QueryColumn> TableColumns { get; } =
    [
        new("id", QueryType.Whole, IsUnique: true), new("k", QueryType.Whole), new("b", QueryType.Whole), new("s", QueryType.Text),
        new("d", QueryType.Real), new("x", QueryType.Decimal), new("f", QueryType.Truth),
        new("ts", QueryType.Time, IsRowtime: true, IsUnique: true),
    ];

    /// <summary>Gets the seed.</summary>
    public int Seed { get; }

    /// <summary>Gets the changelogs.</summary>
    public Dictionary<string, List<ScriptRow>> Changes { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the rows that stand at the end.</summary>
    public Dictionary<string, List<string?[]>> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>Returns the definitions for our engine; batches read no changelogs: they get the rows that stand at the end.</summary>
    public static string Definitions(bool isBatch) => string.Join(";\n", Names.Select(name => name switch
    {
        "u1" or "r1" when isBatch => $"CREATE TABLE {name} ({Columns}) WITH ('connector' = 'script', 'bounded' = 'true')",
        "u1" => $"CREATE TABLE u1 ({Columns}, PRIMARY KEY (id) NOT ENFORCED, {Late}) WITH ('connector' = 'script', 'bounded' = 'true', "
            + "'changelog-mode' = 'upsert')",
        "r1" => $"CREATE TABLE r1 ({Columns}, {Late}) WITH ('connector' = 'script', 'bounded' = 'true', 'changelog-mode' = 'retract')",
        _ => $"CREATE TABLE {name} ({Columns}, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) "
            + "WITH ('connector' = 'script', 'bounded' = 'true')",
    }));

    /// <summary>Returns what makes the same rows in SQLite.</summary>
    public string SqliteScript()
    {
        var text = new StringBuilder();
        foreach (string name in Names)
        {
            text.Append(CultureInfo.InvariantCulture, $"CREATE TABLE {name} ({SqliteColumns});\n");
            foreach (string?[] row in Rows[name])
            {
                text.Append(CultureInfo.InvariantCulture, $"INSERT INTO {name} VALUES (")
                    .AppendJoin(", ", row.Select(Literal)).Append(");\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Feeds all tables and ends them.</summary>
    public void Feed(ScriptRegistry scripts, bool isBatch)
    {
        foreach (string name in Names)
        {
            ScriptTable table = scripts.Table(name);
            (isBatch ? Rows[name].ConvertAll(row => new ScriptRow(RowKind.Insert, row)) : Changes[name]).ForEach(table.Feed);
            table.End();
        }
    }

    /// <summary>Prints the changelogs of the tables that a query names.</summary>
    public string Describe(string query) => string.Join('\n', Names
        .Where(n => query.Contains(n, StringComparison.Ordinal))
        .Select(n => $"-- {n}\n{string.Join('\n', Changes[n].Select(r => $"> {n} {r}"))}"));

    /// <summary>Returns a time as SQLite holds it: milliseconds.</summary>
    public static long Millis(string timestamp) =>
        DateTimeOffset.Parse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();

    /// <summary>Prints milliseconds as a TIMESTAMP(3).</summary>
    public static string Timestamp(long millis) => DateTimeOffset.FromUnixTimeMilliseconds(millis)
        .ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string Literal(string? value, int column) => value is null ? "NULL" : column switch
    {
        3 => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'",
        6 => value == "true" ? "1" : "0",
        7 => Millis(value).ToString(CultureInfo.InvariantCulture),
        _ => value,
    };

    private void Fill(string name, int count)
    {
        List<ScriptRow> changes = [];
        List<string?[]> standing = [];
        for (int i = 0; i < count; i++)
        {
            int choice = name is "e1" or "e2" || standing.Count < 3 ? 0 : _random.Next(10);
            if (choice < 6)
            {
                string?[] row = name == "r1" && standing.Count > 0 && _random.Next(5) == 0
                    ? standing[_random.Next(standing.Count)]
                    : Row(i, i);
                standing.Add(row);
                changes.Add(new ScriptRow(RowKind.Insert, row));
                continue;
            }

            int at = _random.Next(standing.Count);
            string?[] old = standing[at];
            if (choice == 6)
            {
                standing.RemoveAt(at);
                changes.Add(new ScriptRow(RowKind.Delete, old));
                continue;
            }

            string?[] changed = Row(int.Parse(old[0]!, CultureInfo.InvariantCulture), i);
            for (int c = 1; c < changed.Length; c++)
            {
                changed[c] = _random.Next(2) == 0 ? old[c] : changed[c];
            }

            standing[at] = changed;
            if (name == "r1")
            {
                changes.Add(new ScriptRow(RowKind.UpdateBefore, old));
            }

            changes.Add(new ScriptRow(RowKind.UpdateAfter, changed));
        }

        Changes[name] = changes;
        Rows[name] = standing;
    }

    private string?[] Row(int id, int position) =>
    [
        $"{id}",
        Maybe($"{_random.Next(-1, 5)}"),
        Maybe($"{_random.Next(-9, 10)}"),
        Maybe(Words[_random.Next(Words.Length)]),
        Maybe(Quarter(40)),
        Maybe(Quarter(200)),
        Maybe(_random.Next(2) == 0 ? "true" : "false"),
        Timestamp(StartMs + (position * 1_000L) + _random.Next(-3, 1) * 997 + (position % 7)),
    ];

    private string Quarter(int most) => (_random.Next(-most, most + 1) / 4.0).ToString("F2", CultureInfo.InvariantCulture);

    private string? Maybe(string value) => _random.Next(5) == 0 ? null : value;
}
