using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Interop;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Sql.Tests.Savepoints;

/// <summary>
/// Goal: state is open. Method: npm's apache-arrow, with a zstd of its own, reads every file of a savepoint; the rows must be those
/// that <c>state query</c> shows.
/// </summary>
/// <remarks>Breaks when a state file is no stream of Arrow's format, when its codec is another one, or when our reader shows other rows.</remarks>
public sealed class ForeignReaderTests(ITestOutputHelper output)
{
    private static readonly NodeScripts s_node = new(
        Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "interop", "arrow"), "fzstd");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_implementation_reads_the_rows_of_every_state_file(bool isGolden)
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return;
        }

        using var job = new SavepointJob();
        string saved = isGolden ? Path.Combine(SavepointJob.Golden, "savepoint") : FreshSavepoint(job);
        string[] theirs = [.. Theirs(saved)];
        output.WriteLine($"{Directory.GetFiles(saved, "*.arrows", SearchOption.AllDirectories).Length} files, {theirs.Length} states, "
            + $"{theirs.Sum(static s => s.Count(static c => c == '\n'))} rows");
        Assert.Equal(Ours(job, saved).Order(StringComparer.Ordinal), theirs.Order(StringComparer.Ordinal));
        Assert.True(theirs.Length > 10);
    }

    /// <summary>Takes one whose states are whole, a file a subtask; the golden one has changes behind them.</summary>
    private static string FreshSavepoint(SavepointJob job)
    {
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        using ServerProcess process = job.Start(
            follows: true, "none", 2, settings: "SET 'execution.checkpointing.incremental' = 'false';\n");
        job.WaitUntilRead(process);
        return job.Folder.At(job.Stop(process));
    }

    /// <summary>Returns the name and the rows of every state, as node reads them.</summary>
    private static IEnumerable<string> Theirs(string saved)
    {
        var states = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string line in s_node.Run("node", "state.mjs", saved).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument file = JsonDocument.Parse(line);
            string state = file.RootElement.GetProperty("state").GetString()!;
            if (!states.TryGetValue(state, out List<string>? rows))
            {
                states[state] = rows = [];
            }

            rows.AddRange(file.RootElement.GetProperty("rows").EnumerateArray().Select(static r => r.GetString()!));
        }

        return states.Select(static s => Print(Path.GetFileName(s.Key), s.Value));
    }

    /// <summary>Returns the same by our own command.</summary>
    private static IEnumerable<string> Ours(SavepointJob job, string saved)
    {
        (int code, string shown) = job.Command("state", "show", saved, "--format", "json");
        Assert.True(code == 0, shown);
        (string Operator, string State)[] states =
        [
            .. JsonDocument.Parse(shown).RootElement.GetProperty("states").EnumerateArray()
                .Where(static s => s.GetProperty("bytes").GetInt64() > 0)
                .Select(static s => (s.GetProperty("operator").GetString()!, s.GetProperty("state").GetString()!)),
        ];
        string sql = string.Join(';', states.Select(static s => $"SELECT * FROM `state`.`{s.Operator}`.`{s.State}`"));
        (code, string rows) = job.Command("state", "query", saved, sql, "--format", "csv");
        Assert.True(code == 0, rows);
        var answers = new List<List<string>>();
        foreach (string line in rows.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("subtask,key_group", StringComparison.Ordinal))
            {
                answers.Add([]);
            }
            else
            {
                // The subtask is no column of the file.
                answers[^1].Add(line.TrimEnd('\r')[(line.IndexOf(',', StringComparison.Ordinal) + 1)..]);
            }
        }

        Assert.Equal(states.Length, answers.Count);
        return states.Zip(answers, static (state, answer) => Print(state.State, answer));
    }

    private static string Print(string state, IEnumerable<string> rows) =>
        $"{state}\n{string.Join('\n', rows.Order(StringComparer.Ordinal))}";
}
