using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Testing.Queries;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>
/// Plants a bug and asks generated queries that it touches until an oracle contradicts: what the oracles cannot see,
/// ten thousand agreeing queries do not prove.
/// </summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int MostTouched = 60;
    private const int MostMade = 1_500;
    private const int PerWorld = 50;

    public static IEnumerable<object[]> Names() => Plants.All.Select(p => new object[] { p.Name });

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_found(string name)
    {
        Plant plant = Plants.All.Single(p => p.Name == name);
        const int Seed = 4_711;
        int touched = 0;
        int made = 0;
        for (int world = 0; touched < MostTouched && made < MostMade; world++)
        {
            using var bench = new QueryBench(new QueryWorld(Seed + world), plant);
            var judge = new QueryJudge(bench, killEvery: 1);
            var maker = new QueryMaker(new Random(Seed + world));
            for (int i = 0; i < PerWorld && touched < MostTouched; i++)
            {
                Relation query = maker.Next();
                made++;
                if (!bench.IsTouched(query.Query.Print(ours: true)!))
                {
                    continue;
                }

                touched++;
                Verdict verdict = judge.Judge(query.Query, query.Columns, Seed + i);
                if (verdict.Answer.Failure is not null)
                {
                    output.WriteLine($"fails without the plant: {query.Query.Print(ours: true)}\n{verdict.Detail}");
                }

                if (verdict.Oracle is not null && verdict.Answer.Failure is null)
                {
                    output.WriteLine($"{name}: found by '{verdict.Oracle}' at query {touched} of those it touches, {made} of all");
                    return;
                }
            }
        }

        Assert.Fail($"{name}: not found among {touched} queries that it touches, {made} in all");
    }
}
