using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Oss;
using Xunit;

namespace ColumnStream.Sql.Tests.Savepoints;

/// <summary>Savepoints of real processes: taken, killed on the way, moved, damaged, looked into, restored at another parallelism.</summary>
/// <remarks>
/// The oracle is a run without any of that over the same files: what all sinks show in the end must be equal row by row. It breaks
/// when a row of the cut is lost or doubled, when a folder without record is restored, or when a savepoint needs its old place.
/// </remarks>
public sealed class SavepointTests
{
    private static readonly Lazy<SortedDictionary<string, int>> s_expected = new(static () =>
    {
        using var job = new SavepointJob();
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));
        Assert.Equal(0, job.Run("none", 1).ExitCode);
        return job.Net();
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_golden_savepoint_is_restored_and_goes_on(int parallelism)
    {
        using var job = new SavepointJob();
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        job.ForgetShown();
        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));
        job.Finish(Path.Combine(SavepointJob.Golden, "savepoint"), parallelism);
        AssertSum(SavepointJob.Net(Path.Combine(SavepointJob.Golden, "shown")), job.Net(), s_expected.Value);
    }

    /// <summary>Writes the golden savepoint anew where COLUMNSTREAM_WRITE_SAVEPOINT is set; else it looks that one can be written.</summary>
    [Fact]
    public void A_stopped_job_goes_on_from_its_moved_savepoint_into_a_fresh_folder()
    {
        using var job = new SavepointJob();
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        string saved;
        using (ServerProcess process = job.Start(follows: true, "none", 1))
        {
            job.WaitUntilRead(process);
            saved = job.Stop(process);
        }

        string shown = job.Folder.At("shown");
        Directory.Move(job.Folder.At("out"), shown);
        Directory.Delete(job.Folder.At(".columnstream"), recursive: true);
        string moved = job.Folder.At("moved and renamed");
        Directory.Move(saved, moved);
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_WRITE_SAVEPOINT") is not null)
        {
            Write(moved, Path.Combine(SavepointJob.Golden, "savepoint"));
            Write(shown, Path.Combine(SavepointJob.Golden, "shown"));
        }

        job.ForgetShown();
        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));
        job.Finish(moved, 2);
        AssertSum(SavepointJob.Net(shown), job.Net(), s_expected.Value);
    }

    /// <summary>
    /// A job dies with parts that are claimed and not yet shown; another one goes on from its earlier savepoint, into the same folders. Each
    /// must show all that follows its own cut: with one name for both, the second would clear away the first one's parts.
    /// </summary>
    [Fact]
    public void A_job_from_a_savepoint_leaves_alone_what_the_first_one_has_still_to_show()
    {
        using var job = new SavepointJob();
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        string saved;
        using (ServerProcess process = job.Start(follows: true, "none", 1))
        {
            job.WaitUntilRead(process);
            (int code, string said) = job.Command("savepoint", "job", "saved", "-q");
            Assert.True(code == 0, said);
            saved = said.Trim();
            process.Kill();
        }

        SortedDictionary<string, int> cut = job.Net();
        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));

        // On a busy machine a checkpoint may be claimed before the source has found the file.
        for (int life = 0; Hidden() == 0; life++)
        {
            Assert.True(life < 50, "No life prepared a row.");
            using ServerProcess process = job.Start(follows: true, "latest", 2, "after-claim:kill:1");
            Assert.NotEqual(0, process.Wait());
        }

        Assert.Equal(cut, job.Net());
        string moved = job.Folder.At("moved");
        Directory.Move(saved, moved);
        using (ServerProcess process = job.Start(follows: true, moved, 1, checkpoints: "other"))
        {
            job.WaitUntilRead(process);
            job.Stop(process, "--drain");
        }

        AssertSum([], job.Net(), s_expected.Value);
        using (ServerProcess process = job.Start(follows: true, "latest", 1))
        {
            job.WaitUntilRead(process, SavepointJob.GoldenRows("b.jsonl").Count);
            job.Stop(process, "--drain");
        }

        // Both gave what follows the cut: twice the whole without what stood there before.
        AssertSum(cut, job.Net(), Twice(s_expected.Value));

        int Hidden() => Directory.GetFiles(job.Folder.At("out"), ".part-*", SearchOption.AllDirectories).Length;
    }

    private static SortedDictionary<string, int> Twice(SortedDictionary<string, int> rows) =>
        new(rows.ToDictionary(static r => r.Key, static r => 2 * r.Value), StringComparer.Ordinal);

    [Fact]
    public void Parallelism_goes_from_1_to_4_to_3_to_1_by_savepoints()
    {
        using var job = new SavepointJob();
        string[] rows = [.. SavepointJob.GoldenRows("a.jsonl"), .. SavepointJob.GoldenRows("b.jsonl")];
        string restore = "none";
        int[] parallelism = [1, 4, 3];
        for (int i = 0; i < parallelism.Length; i++)
        {
            job.AddInput($"{i}.jsonl", rows[(i * 50)..((i + 1) * 50)]);
            using ServerProcess process = job.Start(follows: true, restore, parallelism[i]);
            job.WaitUntilRead(process);
            restore = job.Stop(process);
        }

        job.AddInput("3.jsonl", rows[150..]);
        job.Finish(restore, 1);
        Assert.Equal(s_expected.Value, job.Net());
    }

    [Theory]
    [InlineData("mid-savepoint", "savepoint")]
    [InlineData("after-savepoint-copy", "stop")]
    [InlineData("after-savepoint-manifest", "stop")]
    public void A_process_killed_on_the_way_leaves_nothing_to_restore_and_goes_on_from_its_checkpoint(string point, string verb)
    {
        using var job = new SavepointJob();
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        using (ServerProcess process = job.Start(follows: true, "none", 2, point + ":kill:1"))
        {
            job.WaitUntilRead(process);
            string[] command = verb == "stop" ? ["stop", "job", "--savepoint", "saved"] : ["savepoint", "job", "saved"];
            (int failed, string said) = job.Command(command);
            Assert.Equal(1, failed);
            Assert.Contains("CST5041", said, StringComparison.Ordinal);
            process.Wait();
        }

        string half = Directory.GetDirectories(job.Folder.At("saved")).Single();
        (int refused, string why) = job.Run(half, 1);
        Assert.Equal(2, refused);
        Assert.Contains("CST3120", why, StringComparison.Ordinal);
        Assert.Contains("incomplete", job.Command("state", "ls", "saved").Output, StringComparison.Ordinal);
        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));
        job.Finish("latest", 1);
        Assert.Equal(s_expected.Value, job.Net());
    }

    /// <summary>Would fail if the end of a job's former life kept it from going back to a savepoint, or if a kill made it forget that.</summary>
    [Theory]
    [InlineData("after-generation", false)]
    [InlineData("before-claim", true)]
    [InlineData("after-claim", true)]
    public void A_finished_job_begins_a_new_life_from_its_savepoint_and_a_kill_does_not_end_it(string point, bool claims)
    {
        using var job = new SavepointJob { Settings = claims ? "SET 'execution.state-recovery.claim-mode' = 'CLAIM';" : "" };
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        string saved;
        using (ServerProcess process = job.Start(follows: true, "none", 1))
        {
            job.WaitUntilRead(process);
            saved = job.Stop(process);
        }

        // The life that is left behind: it ends, with other rows than those of the new one.
        string shown = job.Folder.At("shown");
        Copy(job.Folder.At("out"), shown);
        job.AddInput("c.jsonl", SavepointJob.GoldenRows("b.jsonl").Take(20));
        job.Finish("latest", 1);
        Directory.Delete(job.Folder.At("out"), recursive: true);
        File.Delete(job.Folder.At("in/c.jsonl"));
        job.ForgetShown();
        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));
        using (ServerProcess killed = job.Start(follows: true, saved, 2, point + ":kill:1"))
        {
            Assert.True(killed.Wait() == 137, killed.Output);
        }

        job.Finish("latest", 1);
        AssertSum(SavepointJob.Net(shown), job.Net(), s_expected.Value);

        // Who died behind the first own claim leaves the removal to the next run.
        Assert.Equal(!claims, File.Exists(Path.Combine(saved, "savepoint.json")));
    }

    [Fact]
    public void A_savepoint_in_a_bucket_is_restored_and_claimed()
    {
        using var emulator = new OssEmulator(TimeProvider.System);
        using var job = new SavepointJob
        {
            SavedTo = $"oss://{OssEmulator.BucketName}/saved",
            Settings = $"""
                SET 'execution.state-recovery.claim-mode' = 'CLAIM';
                SET 'fs.oss.endpoint' = '{emulator.Endpoint}';
                SET 'fs.oss.region' = '{OssEmulator.Region}';
                """,
        };
        job.Variables["OSS_ACCESS_KEY_ID"] = "LTAItestAccessKeyId0";
        job.Variables["OSS_ACCESS_KEY_SECRET"] = "testAccessKeySecret000000000000";
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        string saved;
        using (ServerProcess process = job.Start(follows: true, "none", 2))
        {
            job.WaitUntilRead(process);
            saved = job.Stop(process);
        }

        Assert.StartsWith(job.SavedTo, saved, StringComparison.Ordinal);
        Assert.Contains(emulator.Calls, call => call.Method == "PUT" && call.Path.EndsWith("/savepoint.json", StringComparison.Ordinal));

        // A run that dies before its first claim finds the bucket again by what the folder says.
        using (ServerProcess killed = job.Start(follows: true, saved, 1, "before-claim:kill:1"))
        {
            Assert.True(killed.Wait() == 137, killed.Output);
        }

        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));
        job.Finish("latest", 3);
        Assert.Equal(s_expected.Value, job.Net());
        (int code, string output) = job.Run(saved, 1);
        Assert.True(code == 2 && output.Contains("CST3120", StringComparison.Ordinal), output);
    }

    [Fact]
    public void A_drained_job_gives_everything_and_is_over()
    {
        using var job = new SavepointJob();
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        job.AddInput("b.jsonl", SavepointJob.GoldenRows("b.jsonl"));
        string saved;
        using (ServerProcess process = job.Start(follows: true, "none", 1))
        {
            job.WaitUntilRead(process);
            saved = job.Stop(process, "--drain");
        }

        Assert.Equal(s_expected.Value, job.Net());
        Assert.Contains("finished", job.Run("latest", 1).Output, StringComparison.Ordinal);

        // Refused before the folder is taken: the job's end stays.
        (int refused, string why) = job.Run(saved, 1);
        Assert.Equal(2, refused);
        Assert.Contains("drained", why, StringComparison.Ordinal);
        Assert.Contains("finished", job.Run("latest", 1).Output, StringComparison.Ordinal);
        Assert.Equal(s_expected.Value, job.Net());
    }

    [Fact]
    public void A_damaged_or_missing_file_of_a_savepoint_is_named()
    {
        using var job = new SavepointJob();
        string saved = job.Folder.At("saved");
        Write(Path.Combine(SavepointJob.Golden, "savepoint"), saved);
        string file = Directory.GetFiles(saved, "*.arrows", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        string name = Path.GetRelativePath(saved, file);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        (int code, string output) = job.Run(saved, 1);
        Assert.Equal(1, code);
        Assert.Contains($"State file is damaged: {name}", output, StringComparison.Ordinal);
        File.Delete(file);
        (code, output) = job.Run(saved, 1);
        Assert.Equal(1, code);
        Assert.Contains($"State file is missing: {name}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void State_is_listed_shown_and_queried()
    {
        using var job = new SavepointJob();
        string saved = Path.Combine(SavepointJob.Golden, "savepoint");
        (int code, string listed) = job.Command("state", "ls", saved, "--format", "json");
        Assert.True(code == 0, listed);
        Assert.Equal("savepoint", JsonDocument.Parse(listed).RootElement[0].GetProperty("kind").GetString());
        (code, string shown) = job.Command("state", "show", saved, "--format", "json");
        Assert.True(code == 0, shown);
        JsonElement states = JsonDocument.Parse(shown).RootElement.GetProperty("states");
        Assert.True(states.GetArrayLength() > 10);

        // What the groups count must be what the file of the input holds, by another way of counting.
        var expected = SavepointJob.GoldenRows("a.jsonl").Select(static r => JsonDocument.Parse(r).RootElement)
            .GroupBy(static r => (K: r.GetProperty("k").GetInt32(), S: r.GetProperty("s").GetString()))
            .OrderBy(static g => g.Key.K).ThenBy(static g => g.Key.S, StringComparer.Ordinal)
            .Select(static g => $"{g.Key.K},{g.Key.S},{g.Count()},{g.Sum(static r => r.GetProperty("v").GetInt64())}");
        (code, string rows) = job.Command(
            "state", "query", saved, "SELECT k, s, \"count\", \"sum\" FROM state.\"aggregate\".\"groups\" ORDER BY k, s",
            "--format", "csv");
        Assert.True(code == 0, rows);
        Assert.Equal(expected, rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(static r => r.TrimEnd('\r')));
        (code, string wrong) = job.Command("state", "query", saved, "SELECT * FROM state.nothing.here");
        Assert.Equal(2, code);
        Assert.Contains("state.aggregate.`groups`", wrong, StringComparison.Ordinal);
    }

    /// <summary>An empty state is a table without rows, with the columns that it has when rows are there: what 'show' lists, 'query' finds.</summary>
    [Fact]
    public void Empty_states_are_shown_and_queried_alike()
    {
        using var job = new SavepointJob();
        job.AddInput("empty.jsonl", []);
        using ServerProcess process = job.Start(follows: true, "none", 1);
        string claims = job.Folder.At(".columnstream/checkpoints/job/claim");
        Assert.True(process.WaitUntil(() => Directory.Exists(claims) && Directory.GetFiles(claims).Length > 0), process.Output);
        string saved = job.Folder.At(job.Stop(process));
        (string Name, string Columns, long Bytes)[] empty = [.. States(saved).Where(static s => s.Bytes == 0)];
        Assert.True(empty.Length > 8, $"{empty.Length} empty states");
        Dictionary<string, string> full = States(Path.Combine(SavepointJob.Golden, "savepoint"))
            .DistinctBy(static s => s.Name).ToDictionary(static s => s.Name, static s => s.Columns);
        Assert.Equal([], empty.Where(s => full[s.Name] != s.Columns).Select(s => $"{s.Name} {s.Columns}, not {full[s.Name]}"));
        string sql = string.Join(';', empty.Select(static s => $"SELECT * FROM state.{s.Name}"));
        (int code, string rows) = job.Command("state", "query", saved, sql, "--format", "csv");
        Assert.True(code == 0, rows);
        Assert.Equal(
            empty.Select(static s => Sorted($"subtask,key_group{s.Columns}")),
            rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static r => Sorted(r.TrimEnd('\r'))));

        // 'show' lists keys first.
        static string Sorted(string columns) => string.Join(',', columns.Split(',').Order(StringComparer.Ordinal));

        (string Name, string Columns, long Bytes)[] States(string savepoint)
        {
            (int done, string shown) = job.Command("state", "show", savepoint, "--format", "json");
            Assert.True(done == 0, shown);
            return
            [
                .. JsonDocument.Parse(shown).RootElement.GetProperty("states").EnumerateArray().Select(static s => (
                    $"`{s.GetProperty("operator")}`.`{s.GetProperty("state")}`",
                    string.Concat(s.GetProperty("keys").EnumerateArray().Concat(s.GetProperty("values").EnumerateArray())
                        .Select(static c => $",{c.GetProperty("name")}")),
                    s.GetProperty("bytes").GetInt64())),
            ];
        }
    }

    [Fact]
    public void Hostile_bytes_on_the_control_socket_end_the_connection_only()
    {
        using var job = new SavepointJob();
        job.AddInput("a.jsonl", SavepointJob.GoldenRows("a.jsonl"));
        using ServerProcess process = job.Start(follows: true, "none", 1);
        job.WaitUntilRead(process);
        string socket = Directory.GetFiles(job.Folder.At("run"), "*.sock").Single();
        var random = new Random(7);
        byte[] noise = new byte[400 << 10];
        random.NextBytes(noise);
        string[] texts =
        [
            "\n", "{}\n", "null\n", "[1,2]\n", "{\"version\":1}\n", "{\"version\":99,\"verb\":\"stop\"}\n",
            "{\"version\":1,\"verb\":\"stop\",\"job\":77}\n", "{\"version\":1,\"verb\":\"quit\"}\n", "{\"version\":1,\"verb\":",
            new string('[', 5000) + "\n", "{\"version\":1,\"verb\":null}\n",
        ];
        foreach (byte[] bytes in texts.Select(Encoding.UTF8.GetBytes).Append(noise))
        {
            Send(socket, bytes);
        }

        File.WriteAllText(job.Folder.At("run/1.sock"), "no socket");
        Assert.Contains("INSERT INTO", job.Command("jobs").Output, StringComparison.Ordinal);
        Assert.Equal(2, job.Command("savepoint", "nobody").ExitCode);
        (int code, string output) = job.Command("cancel", "job", "-q");
        Assert.True(code == 0, output);
        Assert.Equal(0, process.Wait());
        Assert.Empty(Directory.GetFiles(job.Folder.At("run"), $"{Path.GetFileName(socket)}"));
    }

    private static void Send(string socket, byte[] bytes)
    {
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        connection.Connect(new UnixDomainSocketEndPoint(socket));
        try
        {
            connection.Send(bytes);
            connection.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[4096];
            while (connection.Receive(answer) > 0)
            {
                // Whatever it says: the connection ends.
            }
        }
        catch (SocketException)
        {
            // The other end had enough.
        }
    }

    private static void AssertSum(
        SortedDictionary<string, int> before, SortedDictionary<string, int> after, SortedDictionary<string, int> expected)
    {
        foreach ((string row, int count) in before)
        {
            int sum = after.GetValueOrDefault(row) + count;
            if (sum == 0)
            {
                after.Remove(row);
            }
            else
            {
                after[row] = sum;
            }
        }

        Assert.Equal(expected, after);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static void Write(string from, string to)
    {
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
