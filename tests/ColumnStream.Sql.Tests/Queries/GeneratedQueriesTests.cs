using System;
using System.Globalization;
using ColumnStream.Testing.Queries;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>
/// Asks generated queries in many ways: as a stream and as a batch, with rules and without, at parallelism 1 and 4, killed
/// and restored, cut by a condition (TLP), counted in two ways (NoREC), and in SQLite where it reads the text.
/// </summary>
/// <remarks>
/// <c>COLUMNSTREAM_QUERIES=10000</c> asks more, <c>COLUMNSTREAM_SEED=7</c> others; world <c>n</c> is drawn from seed + n.
/// </remarks>
public sealed class GeneratedQueriesTests(ITestOutputHelper output)
{
    private const int PerWorld = 25;

    // Only shrinks: what is refused by name is not wrong, but not proven either.
    private const double MostRefused = 0.05;

    [Fact]
    public void All_ways_of_asking_agree()
    {
        int count = Number("COLUMNSTREAM_QUERIES", 300);
        int seed = Number("COLUMNSTREAM_SEED", 20_261_122);
        var report = new QueryReport();
        for (int world = 0; report.Queries < count; world++)
        {
            using var bench = new QueryBench(new QueryWorld(seed + world));
            var judge = new QueryJudge(bench);
            var maker = new QueryMaker(new Random(seed + world));
            for (int i = 0; i < PerWorld && report.Queries < count; i++)
            {
                Relation query = maker.Next();
                Verdict verdict = judge.Judge(query.Query, query.Columns, seed + i);
                report.Add(query.Query, verdict);
                if (verdict.Oracle is not null && report.Failures.Count < 12)
                {
                    QueryNode reduced = QueryReducer.Reduce(query.Query, q => judge.Fails(q, query.Columns, seed + i, verdict));
                    Verdict again = judge.Judge(reduced, query.Columns, seed + i);
                    string sql = reduced.Print(true)!;
                    report.Failures.Add(
                        $"==== seed {seed + world}, query {i}: {verdict.Oracle}\n{sql}\n{again.Detail ?? verdict.Detail}\n"
                        + $"---- as generated\n{query.Query.Print(true)}\n{bench.World.Describe(sql)}");
                }
            }

            report.Add(judge);
        }

        string text = report.Print(seed);
        output.WriteLine(text);
        Console.WriteLine(text);
        Assert.True(report.Failed == 0, $"{report.Failed} queries fail\n{string.Join("\n\n", report.Failures)}");
        Assert.True(report.NonEmpty >= 0.7, $"{report.NonEmpty:P0} of the answers hold rows");
        Assert.True(report.RefusedShare <= MostRefused, $"{report.RefusedShare:P0} of the queries are refused");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture,
            out int number)
            ? number
            : otherwise;
}
