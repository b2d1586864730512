using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>Is what one way of asking gave: rows with their counts, a refusal at planning, or a failure.</summary>
internal sealed record Answer(IReadOnlyDictionary<string, int>? Rows, string? Refusal = null, string? Failure = null)
{
    /// <summary>Gets the changelog's own contradiction, or null.</summary>
    public string? Wrong { get; init; }

    /// <summary>Gets the kinds of nodes of the plan that ran.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];

    /// <summary>Gets how often a job was killed on the way.</summary>
    public int Kills { get; init; }

    /// <summary>Gets the number of rows.</summary>
    public int Count => Rows?.Values.Sum() ?? 0;

    /// <summary>Says how two answers differ, or null.</summary>
    public static string? Difference(IReadOnlyDictionary<string, int> expected, IReadOnlyDictionary<string, int> actual)
    {
        string[] lacks = [.. Minus(expected, actual)];
        string[] extra = [.. Minus(actual, expected)];
        return lacks.Length + extra.Length == 0
            ? null
            : $"{expected.Values.Sum()} rows against {actual.Values.Sum()}; lacks {List(lacks)}; has {List(extra)}";
    }

    private static string List(string[] rows) =>
        rows.Length == 0 ? "nothing" : $"{rows.Length}: {string.Join(" | ", rows.Take(4))}";

    private static IEnumerable<string> Minus(IReadOnlyDictionary<string, int> left, IReadOnlyDictionary<string, int> right) =>
        from row in left
        let more = row.Value - right.GetValueOrDefault(row.Key)
        where more > 0
        orderby row.Key
        select more == 1 ? row.Key : $"{more} × {row.Key}";
}
