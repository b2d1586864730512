using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Runs every file of tests/sql plain and with one deviation at a time (<see cref="SltLeg.All"/>): the answers must be
/// the file's. <c>COLUMNSTREAM_LEG=killed</c> runs one leg only.
/// </summary>
public sealed class SltTests
{
    // File and legs. Remove lines, add none.
    private static readonly string[] Exemptions = [];

    public static IEnumerable<object[]> Files() =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, "tests/sql"), "*.slt", SearchOption.AllDirectories)
        orderby path
        from leg in SltLeg.All
        let only = Environment.GetEnvironmentVariable("COLUMNSTREAM_LEG")
        where string.IsNullOrEmpty(only) ? !leg.IsHeavy : only == leg.Name
        select new object[] { Path.GetRelativePath(Root, path), leg.Name };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_gives_its_answers(string file, string leg)
    {
        Environment.CurrentDirectory = Root;
        using var runner = new SltRunner(file, SltLeg.All.Single(l => l.Name == leg));
        IReadOnlyList<string> differences = runner.Run();
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    [Fact]
    public void The_list_of_exemptions_only_shrinks()
    {
        string[] exempt =
        [
            .. from path in Directory.EnumerateFiles(Path.Combine(Root, "tests/sql"), "*.slt", SearchOption.AllDirectories)
               from record in SltFile.Read(path)
               where record.Exempt.Count > 0
               select $"{Path.GetRelativePath(Root, path)} {string.Join(' ', record.Exempt)}",
        ];
        Assert.Equal(Exemptions, exempt.Order(StringComparer.Ordinal));
    }

    /// <summary>A job over enough rows must die and come back several times, or the legs prove nothing.</summary>
    [Theory]
    [InlineData("killed")]
    [InlineData("rescaled")]
    public void Jobs_die_behind_barriers_and_come_back(string leg)
    {
        using var session = new TestSession(SltLeg.All.Single(l => l.Name == leg));
        string rows = string.Join(", ", Enumerable.Range(0, 200).Select(i => $"({i}, {i % 7})"));
        int restores = 0;
        for (int seed = 0; seed < 5; seed++)
        {
            var plan = session.Plan($"SELECT k, COUNT(*), SUM(v) FROM (VALUES {rows}) AS t(v, k) GROUP BY k");
            var job = (InterruptedJob)session.Start((PlannedJob)plan.Statements[0], "kills", seed);
            Assert.True(job.Wait(20_000));
            Assert.Equal(JobStatus.Finished, job.Status);
            Assert.Equal(7, session.Result.Standing([0]).Count);
            restores += job.Restores;
        }

        Assert.True(restores >= 15, $"{restores} restores");
    }

    internal static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
