using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.SqlFiles;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Runs every file of tests/sql plain and with one deviation at a time (<see cref="SltLeg.All"/>): the answers must be
/// the file's. <c>COLUMNSTREAM_LEG=killed</c> runs one leg only.
/// </summary>
public sealed class SltTests(ITestOutputHelper output)
{
    private static readonly ConcurrentDictionary<(string File, string Leg), SltOutcome> s_played = new();

    // File and legs. Remove lines, add none.
    private static readonly string[] Exemptions = [];

    public static IEnumerable<object[]> Files() =>
        from file in AllFiles()
        from leg in SltLeg.All
        let only = Environment.GetEnvironmentVariable("COLUMNSTREAM_LEG")
        where string.IsNullOrEmpty(only) ? !leg.IsHeavy : only == leg.Name
        select new object[] { file, leg.Name };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_gives_its_answers(string file, string leg)
    {
        IReadOnlyList<string> differences = Play(file, leg).Differences;
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    /// <summary>
    /// Readers without a split end before rows flow, over a network too: else it depends on who wins whether a row is late. Once is luck: without
    /// that rule seven of ten plays gave another answer.
    /// </summary>
    [Fact]
    public void What_the_start_of_tasks_sends_arrives_before_rows_over_flight()
    {
        Environment.CurrentDirectory = Root;
        for (int i = 0; i < 6; i++)
        {
            using var runner = new SltRunner("tests/sql/joins/arg_max.slt", SltLeg.All.Single(l => l.Name == "transport"));
            IReadOnlyList<string> differences = runner.Run();
            Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        }
    }

    /// <summary>A leg that kills proves what it kills in the midst: most files must go on from a checkpoint with rows to come.</summary>
    [Theory]
    [InlineData("killed")]
    [InlineData("rescaled")]
    public void Most_files_are_interrupted_in_the_midst_of_their_rows(string leg)
    {
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_LEG") is { Length: > 0 } only && only != leg)
        {
            return;
        }

        List<(string File, SltOutcome Run)> played = [.. AllFiles().Select(file => (file, Play(file, leg)))];
        List<(string File, SltOutcome Run)> longer = [.. played.Where(p => p.Run.HasMidst)];
        string[] whole = [.. longer.Where(p => p.Run.Interruptions == 0).Select(p => p.File)];
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{leg}: {longer.Count - whole.Length} of {longer.Count} files whose jobs read more than one row went on from a checkpoint "
            + $"in the midst of their rows ({played.Count} files, {played.Sum(p => p.Run.Kills)} kills, "
            + $"{played.Sum(p => p.Run.Interruptions)} such lives); never: {string.Join(", ", whole.Take(40))}");
        output.WriteLine(text);
        Console.WriteLine(text);
        Assert.True(whole.Length <= longer.Count / 4, text);
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

    private static IEnumerable<string> AllFiles() =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, "tests/sql"), "*.slt", SearchOption.AllDirectories)
        orderby path
        select Path.GetRelativePath(Root, path);

    /// <summary>Runs a file in a leg; once a process.</summary>
    private static SltOutcome Play(string file, string leg) => s_played.GetOrAdd((file, leg), static place =>
    {
        Environment.CurrentDirectory = Root;
        using var runner = new SltRunner(place.File, SltLeg.All.Single(l => l.Name == place.Leg));
        return new SltOutcome(runner.Run(), runner.Kills, runner.Interruptions, runner.HasMidst);
    });

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private sealed record SltOutcome(IReadOnlyList<string> Differences, int Kills, int Interruptions, bool HasMidst);
}
