using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Goal: statements of a set share what is equal, and each sink gets the changes that it takes: all of them, or those by its
/// key. Method: one aggregation under three sinks, the rows that stand in each against rows counted here; killed and restored.
/// Conditions over its key would go below the aggregation, which is then another one.
/// </summary>
public sealed class StatementSetTests
{
    private const int Rows = 150;

    private const string Sinks = """
        CREATE TABLE all_kinds (k BIGINT, n BIGINT, s BIGINT)
            WITH ('connector' = 'script', 'sink.changelog-mode' = 'retract');
        CREATE TABLE by_key (k BIGINT PRIMARY KEY NOT ENFORCED, n BIGINT, s BIGINT)
            WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
        CREATE TABLE total (c BIGINT, s BIGINT)
            WITH ('connector' = 'script', 'sink.changelog-mode' = 'retract');
        """;

    private const string Set = """
        STATEMENT SET BEGIN
        INSERT INTO all_kinds SELECT k, n, s FROM v;
        INSERT INTO by_key SELECT k, n, s FROM v WHERE n > 2;
        INSERT INTO total SELECT COUNT(*), SUM(s) FROM v WHERE n > 3;
        END;
        """;

    private static string View => "CREATE VIEW v AS SELECT k, COUNT(*) AS n, SUM(i) AS s FROM (VALUES "
        + string.Join(", ", Enumerable.Range(0, Rows).Select(i => $"({i % 7}, {i})")) + ") AS t(k, i) GROUP BY k;";

    [Theory]
    [InlineData("plain")]
    [InlineData("batch1")]
    [InlineData("parallel4")]
    [InlineData("killed")]
    [InlineData("rescaled")]
    public void Sinks_of_different_needs_agree(string leg)
    {
        string[] expected =
        [
            .. Enumerable.Range(0, Rows).GroupBy(i => i % 7).Select(g => $"{g.Key} {g.Count()} {g.Sum()}")
                .Order(StringComparer.Ordinal),
        ];
        int restores = 0;
        for (int seed = 0; seed < 5; seed++)
        {
            using var session = new TestSession(SltLeg.All.Single(l => l.Name == leg));
            var plan = session.Plan(Sinks + View + "EXECUTE " + Set);
            Assert.True(plan.IsSuccess, TestSession.Errors(plan));
            PlannedJob planned = plan.Statements.OfType<PlannedJob>().Single();
            Assert.Equal(3, planned.Graph.Plan.Nodes.OfType<SinkNode>().Count());
            Assert.Single(planned.Graph.Plan.Nodes.OfType<GroupAggregateNode>(), node => node.Keys.Count == 1);
            TestJob job = session.Start(planned, "set", seed);
            Assert.True(job.Wait(20_000));
            Assert.Equal((JobStatus.Finished, null), (job.Status, job.Failure?.Message));
            Assert.Equal(expected, Standing(session, "all_kinds", key: null));
            Assert.Equal(expected, Standing(session, "by_key", key: 0));
            Assert.Equal([$"7 {Enumerable.Range(0, Rows).Sum()}"], Standing(session, "total", key: null));
            restores += job is InterruptedJob { Restores: var count } ? count : 0;
        }

        Assert.True(SltLeg.All.Single(l => l.Name == leg).Lives.Count == 0 || restores > 5, $"{restores} restores");
    }

    /// <summary>The upsert sink alone would leave old images out: they come since the others need them, and are dropped before it.</summary>
    [Fact]
    public void The_plan_shows_what_is_shared()
    {
        using var session = new TestSession(SltLeg.All[0]);
        var plan = session.Plan(Sinks + View + "EXPLAIN " + Set);
        Assert.True(plan.IsSuccess, TestSession.Errors(plan));
        string[] lines = plan.Statements.OfType<PlannedListing>().Last().Rows[0][0].Split('\n');
        string[] nodes = [.. lines.SkipWhile(l => l != "== Physical plan ==").TakeWhile(l => l != "== Fragments ==")];
        string aggregate = Assert.Single(nodes, l => l.Contains(": group aggregate by [0]", StringComparison.Ordinal)).Split(':')[0];
        Assert.Equal(3, nodes.Count(l => l.EndsWith($"<- {aggregate}", StringComparison.Ordinal)));
        Assert.Equal(3, nodes.Count(l => l.Contains(": sink ", StringComparison.Ordinal)));
        Assert.Contains(nodes, l => l.Contains("changes by key", StringComparison.Ordinal));
    }

    /// <summary>Applies the changes that a sink got; what they must not say fails.</summary>
    private static string[] Standing(TestSession session, string table, int? key)
    {
        ScriptTable script = session.Scripts.Table(table);
        Dictionary<string, string> standing = new(StringComparer.Ordinal);
        foreach (ScriptRow row in session.Result.IsTransactional ? script.Committed : script.Emitted)
        {
            string text = string.Join(' ', row.Values);
            string name = key is { } column ? row.Values[column]! : text;
            if (row.Kind is RowKind.Delete or RowKind.UpdateBefore)
            {
                Assert.NotEqual((RowKind.UpdateBefore, true), (row.Kind, key is not null));
                Assert.True(standing.Remove(name), $"{table}: {row} takes back what does not stand");
                continue;
            }

            bool stood = standing.ContainsKey(name);
            bool mayStand = key is not null && row.Kind == RowKind.UpdateAfter;
            Assert.True(stood == mayStand, $"{table}: {row} where {(stood ? "it stands" : "nothing stands")}");
            standing[name] = text;
        }

        return [.. standing.Values.Order(StringComparer.Ordinal)];
    }
}
