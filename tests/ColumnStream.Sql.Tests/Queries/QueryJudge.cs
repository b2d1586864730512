using System;
using System.Collections.Generic;
using ColumnStream.Testing.Queries;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>Asks one query in many ways and compares the answers.</summary>
internal sealed class QueryJudge(QueryBench bench, int killEvery = 3)
{
    private static readonly string[] Ways =
    [
        QueryBench.Parallel, QueryBench.Batch, QueryBench.NoRules, QueryBench.RuleLess, QueryBench.LongLived,
    ];
    private int _judged;

    /// <summary>Gets how often each oracle could answer.</summary>
    public Dictionary<string, int> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets refusals of the other ways: what the stream answers and they do not.</summary>
    public Dictionary<string, int> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Judges a query; the verdict of one that fails names the oracle.</summary>
    public Verdict Judge(QueryNode query, IReadOnlyList<QueryColumn> columns, int seed)
    {
        string sql = query.Print(ours: true)!;
        Answer stream = bench.Ask(QueryBench.Stream, sql);
        if (stream.Refusal is not null)
        {
            return new Verdict(stream) { Refusal = stream.Refusal };
        }

        return Fault(stream, QueryBench.Stream)
            ?? Compare(query, sql, stream)
            ?? Partition(sql, columns, seed, stream)
            ?? new Verdict(stream);
    }

    /// <summary>Tells whether a smaller query still fails by the same oracle.</summary>
    public bool Fails(QueryNode query, IReadOnlyList<QueryColumn> columns, int seed, Verdict like)
    {
        _judged = 0;
        return Judge(query, columns, seed) is { Oracle: not null } verdict && verdict.Oracle == like.Oracle;
    }

    private static Verdict? Fault(Answer answer, string way) =>
        answer.Failure is not null ? new Verdict(answer) { Oracle = way + " runs", Detail = answer.Failure }
        : answer.Wrong is not null ? new Verdict(answer) { Oracle = way + " changelog", Detail = answer.Wrong }
        : null;

    private Verdict? Compare(QueryNode query, string sql, Answer stream)
    {
        IEnumerable<string> ways = killEvery > 0 && _judged++ % killEvery == 0 ? [.. Ways, QueryBench.Killed] : Ways;
        foreach (string way in ways)
        {
            Answer answer = bench.Ask(way, sql);
            if (answer.Refusal is not null)
            {
                Count(Refused, $"{way}: {answer.Refusal}");
                continue;
            }

            Count(Asked, way);
            if (answer.Kills > 0)
            {
                Count(Asked, "killed for sure");
            }

            if (Fault(answer, way) is { } fault)
            {
                return fault;
            }

            if (Answer.Difference(stream.Rows!, answer.Rows!) is { } difference)
            {
                return new Verdict(stream) { Oracle = "stream = " + way, Detail = difference };
            }
        }

        if (query.Print(ours: false) is not { } theirs)
        {
            return null;
        }

        Answer sqlite = bench.AskSqlite(theirs);
        if (sqlite.Refusal is not null)
        {
            Count(Refused, $"sqlite: {sqlite.Refusal}");
            return null;
        }

        Count(Asked, "sqlite");
        return Answer.Difference(sqlite.Rows!, stream.Rows!) is { } wrong
            ? new Verdict(stream) { Oracle = "stream = sqlite", Detail = wrong + "\n" + theirs }
            : null;
    }

    /// <summary>Cuts the answer in three by a condition (TLP), and counts one part in two ways (NoREC).</summary>
    private Verdict? Partition(string sql, IReadOnlyList<QueryColumn> columns, int seed, Answer stream)
    {
        QueryNode condition = new ExpressionMaker(new Random(seed)).Truth(columns, 1);
        string p = condition.Print(ours: true)!;
        Dictionary<string, int> union = new(StringComparer.Ordinal);
        foreach (string part in new[] { p, $"NOT ({p})", $"({p}) IS NULL" })
        {
            Answer answer = bench.Ask(QueryBench.Stream, $"SELECT * FROM ({sql}) AS tlp WHERE {part}");
            if (answer.Refusal is not null)
            {
                Count(Refused, $"tlp: {answer.Refusal}");
                return null;
            }

            if (Fault(answer, "tlp") is { } fault)
            {
                return fault with { Detail = $"WHERE {part}\n{fault.Detail}" };
            }

            foreach ((string row, int count) in answer.Rows!)
            {
                union[row] = union.GetValueOrDefault(row) + count;
            }
        }

        Count(Asked, "tlp");
        if (Answer.Difference(stream.Rows!, union) is { } difference)
        {
            return new Verdict(stream) { Oracle = "tlp", Detail = $"WHERE {p}\n{difference}" };
        }

        Answer filtered = bench.Ask(QueryBench.Stream, $"SELECT COUNT(*) FROM ({sql}) AS norec WHERE {p}");
        Answer summed = bench.Ask(QueryBench.Stream, $"SELECT SUM(CASE WHEN {p} THEN 1 ELSE 0 END) FROM ({sql}) AS norec");
        if (filtered.Rows is null || summed.Rows is null)
        {
            return Fault(filtered, "norec") ?? Fault(summed, "norec");
        }

        Count(Asked, "norec");
        return One(filtered) == One(summed)
            ? null
            : new Verdict(stream) { Oracle = "norec", Detail = $"WHERE {p}\nCOUNT {One(filtered)}, SUM {One(summed)}" };
    }

    /// <summary>Returns the only value; a stream over nothing has none, which is zero.</summary>
    private static string One(Answer answer) => string.Join(" and ", answer.Rows!.Keys) is var rows && rows is "" or "NULL"
        ? "0" : rows;

    private static void Count(Dictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}
