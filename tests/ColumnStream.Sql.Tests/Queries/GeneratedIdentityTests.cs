using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Upgrades;
using ColumnStream.Testing.Queries;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests.Queries;

// Goal: state is found again whatever changes beside it, and whatever rules run. Method: generated queries; a second statement is put
// before or behind one, or its rules are switched off: everything that the first keeps must be kept, by the verdict that a restore follows.
// A uid with a position in it, an ordinal that follows the order of statements, an identity taken after a rule: each fails here.
// COLUMNSTREAM_IDENTITY_QUERIES and COLUMNSTREAM_IDENTITY_SEED ask for more; a failure prints its seed.
public sealed class GeneratedIdentityTests
{
    /// <summary>Rules that put another operator in the place of several: its state is of another kind, whatever its uid.</summary>
    private static readonly string[] s_kindChangers = ["aggregate-windows", "join-windows", "join-extremes", "keep-best"];

    private const string Upserts = "u1 AS";
    private static readonly ConnectorRegistry s_connectors = new(
        ConnectorTable.Create(TextWriter.Null, TextWriter.Null, new ScriptRegistry(), []));

    [Fact]
    public void A_neighbour_leaves_every_state_alone() => ForEach((sql, other, context) =>
    {
        if (sql.Contains(Upserts, StringComparison.Ordinal) && other.Contains(Upserts, StringComparison.Ordinal))
        {
            // Rows of a table of upserts are kept with the columns that all its readers read: a new reader may want more.
            return;
        }

        JobGraph before = Graph(Insert("x", sql));
        JobGraph behind = Graph(Insert("x", sql) + Insert("y", other));
        JobGraph beside = Graph(Insert("y", other) + Insert("x", sql));
        RequireKept(before, behind, context);
        RequireKept(before, beside, context);
    });

    [Fact]
    public void Parallelism_leaves_every_state_alone() => ForEach((sql, _, context) =>
    {
        RequireKept(Graph(Insert("x", sql)), Graph(Insert("x", sql), 4), context);
        RequireKept(Graph(Insert("x", sql), 3), Graph(Insert("x", sql)), context);
    });

    [Fact]
    public void Rules_change_no_uid() => ForEach((sql, _, context) =>
    {
        string[] plain = Uids(Graph(Insert("x", sql)));
        foreach (string rule in SltLeg.OptionalRules.Except(s_kindChangers))
        {
            string[] without = Uids(Graph(Insert("x", sql), 1, rule));
            Assert.True(
                plain.SequenceEqual(without),
                $"{context}\nwithout {rule}: {string.Join(' ', without)}\nwith: {string.Join(' ', plain)}");
        }
    });

    private static void ForEach(Action<string, string, string> check)
    {
        int seed = Number("COLUMNSTREAM_IDENTITY_SEED", 11);
        int count = Number("COLUMNSTREAM_IDENTITY_QUERIES", 30);
        var maker = new QueryMaker(new Random(seed));
        int planned = 0;
        for (int i = 0; i < count; i++)
        {
            string sql = maker.Next().Query.Print(true)!;
            string other = maker.Next().Query.Print(true)!;
            string context = $"seed {seed}, query {i}\n{sql}\n----\n{other}";
            if (IsPlanned(sql) && IsPlanned(other))
            {
                planned++;
                check(sql, other, context);
            }
        }

        Assert.True(planned * 2 > count, $"Only {planned} of {count} queries can be planned.");
    }

    private static void RequireKept(JobGraph before, JobGraph after, string context)
    {
        UpgradeReport report = Compare(before, after);
        IEnumerable<string> wrong = report.Operators.Where(o => o.Verdict is not (UpgradeVerdict.Keep or UpgradeVerdict.New))
            .Select(o => $"{o.Verdict} {o.Title} {o.Uid}: {string.Join(' ', o.Notes)}");
        Assert.True(!wrong.Any(), $"{context}\n{string.Join('\n', wrong)}");
        string[] kept = [.. report.Operators.Select(o => o.HeldUid).OfType<string>().Order(StringComparer.Ordinal)];
        Assert.True(Uids(before).SequenceEqual(kept), $"{context}\nkept: {string.Join(' ', kept)}");
    }

    private static string[] Uids(JobGraph graph) =>
        [.. Compare(null, graph).Operators.Select(o => o.Uid).Order(StringComparer.Ordinal)];

    private static UpgradeReport Compare(JobGraph? before, JobGraph after)
    {
        using var pool = new SizeClassPool();
        using var memory = new BufferAllocator("identity", pool);
        using var pages = new StatePool();
        return new JobUpgrade(memory, pages, TimeProvider.System).Between(before, after, isBatch: false);
    }

    private static string Insert(string name, string sql) =>
        $"CREATE TABLE {name} WITH ('connector' = 'script') AS {sql};\n";

    private static bool IsPlanned(string sql) => Plan(Insert("x", sql), 1).IsSuccess;

    private static JobGraph Graph(string sql, int parallelism = 1, params string[] withoutRules)
    {
        PlanResult plan = Plan(sql, parallelism, withoutRules);
        Assert.True(plan.IsSuccess, TestSession.Errors(plan));
        return plan.Statements.OfType<PlannedJob>().Last().Graph;
    }

    private static PlanResult Plan(string sql, int parallelism, params string[] withoutRules)
    {
        var options = new PlannerOptions([new SessionOption(OptionTable.Parallelism, $"{parallelism}", OptionOrigin.CommandLine)])
        {
            WithoutRules = ValueList.From(withoutRules),
        };
        return new ScriptPlanner(s_connectors, options).Plan(
            SqlParser.Parse(QueryWorld.Definitions(isBatch: false) + ";\n" + sql, "identity.sql"));
    }

    private static int Number(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : fallback;
}
