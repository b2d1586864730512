using System;
using System.IO;
using System.Linq;
using System.Text;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Upgrades;
using Xunit;

namespace ColumnStream.Tests.Runtime.Upgrades;

// Goal: what EXPLAIN UPGRADE says of an edit is what a restore does, and the answer is right. Method: tests/sql/upgrades holds pairs of
// scripts with the rows fed before and after, and the rows that stand in the sinks at the end, worked out by hand; where nothing is lost
// the new script over all rows must give the same. The old job is stopped or killed at one parallelism and goes on at another.
// A state read by position, a uid that follows the order of statements, a filter below an operator that is not looked at: each fails here.
public sealed class UpgradeScriptsTests
{
    public static TheoryData<string, int, int> Scripts()
    {
        var scripts = new TheoryData<string, int, int>();
        foreach (string folder in Directory.GetDirectories(Root()).Order(StringComparer.Ordinal))
        {
            scripts.Add(Path.GetFileName(folder), 1, 3);
            scripts.Add(Path.GetFileName(folder), 3, 1);
        }

        return scripts;
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_restore_does_what_the_verdict_says(string name, int before, int after)
    {
        var script = new UpgradeScript(Path.Combine(Root(), name));
        var world = new UpgradeWorld(seed: (17 * before) + name.Length);
        PlannedJob old = world.Plan(script.Old, before);
        PlannedJob job = world.Plan(script.New, after, script.WithoutRules);
        world.Feed(script.Old);
        world.RunAndStop(old, isKilled: before == 1);
        UpgradeReport verdict = world.Verdict(job.Graph);
        Compare(script, UpgradeWorld.Verdict(old.Graph, job.Graph), verdict);

        world.Feed(script.New);
        if (script.Consent != UpgradeConsent.None)
        {
            UserException refused = Assert.Throws<UserException>(() => world.RunToEnd(job, UpgradeConsent.None));
            Assert.Equal(3120, refused.Code);
            Assert.False(verdict.IsAllowed(UpgradeConsent.None));
        }

        Assert.Equal(!script.IsRefused, verdict.IsAllowed(script.Consent));
        if (script.IsRefused)
        {
            Assert.Throws<UserException>(() => world.RunToEnd(job, script.Consent));
            return;
        }

        world.RunToEnd(job, script.Consent);
        foreach (var sink in UpgradeScript.Lines(script.New, "expect").GroupBy(line => line.Table))
        {
            string[] standing = world.Standing(sink.Key, script.KeyOf(sink.Key));
            Assert.Equal(sink.Select(line => line.Text).Order(StringComparer.Ordinal), standing);
            if (script.IsLikeNeverInterrupted)
            {
                Assert.Equal(Uninterrupted(script, after, sink.Key), standing);
            }
        }
    }

    private static string[] Uninterrupted(UpgradeScript script, int parallelism, string sink)
    {
        var world = new UpgradeWorld(seed: 5);
        world.Feed(script.Old);
        world.Feed(script.New);
        world.RunToEnd(world.Plan(script.New, parallelism, script.WithoutRules), UpgradeConsent.None);
        return world.Standing(sink, script.KeyOf(sink));
    }

    private static void Compare(UpgradeScript script, UpgradeReport planned, UpgradeReport held)
    {
        var text = new StringBuilder();
        foreach (OperatorUpgrade upgrade in planned.Operators)
        {
            string needs = upgrade.Needs == UpgradeConsent.None ? string.Empty : $", needs {upgrade.Needs}";
            text.Append($"{upgrade.Verdict.ToString().ToLowerInvariant()}{needs}: {upgrade.Title} ({upgrade.Uid})\n");
            foreach (string note in upgrade.Notes)
            {
                text.Append("  ").Append(note).Append('\n');
            }

            // A checkpoint says the same, but for what it holds nothing of.
            OperatorUpgrade same = Assert.Single(held.Operators, o => o.Uid == upgrade.Uid && o.Verdict == upgrade.Verdict);
            Assert.Equal(upgrade.HeldUid, same.HeldUid);
            Assert.True((same.Needs & ~upgrade.Needs) == 0);
        }

        string path = Path.Combine(script.Folder, "verdict.txt");
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_ACCEPT") == "1")
        {
            File.WriteAllText(path, text.ToString());
        }

        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !Directory.Exists(Path.Combine(folder, "tests/sql/upgrades")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder!, "tests/sql/upgrades");
    }
}
