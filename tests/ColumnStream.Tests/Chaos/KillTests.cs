using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Oss;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: the real program loses and doubles nothing, whenever and however it ends. Method: a job with two sinks is killed,
/// interrupted, started twice and starved of disk; its output is compared with that of a run that was left alone.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Seed = 20261122;

    [Fact]
    public void Killed_in_sequences_jobs_of_all_shapes_lose_and_double_nothing()
    {
        var tally = new KillTally();
        int sequences = Number("COLUMNSTREAM_SEQUENCES", JobShapes.All.Count + 1);
        Run(JobStore.Folder, sequences, tally, [.. JobShapes.All, JobShapes.TwoSinks]);
        Report(output, tally, sequences);
    }

    [Fact]
    public void Killed_in_sequences_over_a_bucket_and_into_it_jobs_lose_and_double_nothing()
    {
        using var emulator = new OssEmulator(TimeProvider.System);
        var random = new Random(Number("COLUMNSTREAM_SEED", Seed));
        emulator.Fault = _ => random.Next(60) switch
        {
            0 => OssFault.ErrorBehind,
            1 => OssFault.ResetBehind,
            2 => OssFault.Throttled,
            _ => OssFault.None,
        };
        var tally = new KillTally();
        int sequences = Number("COLUMNSTREAM_OSS_SEQUENCES", 2);
        Run(
            JobStore.Bucket(emulator), sequences, tally, [.. JobShapes.All, JobShapes.TwoSinks], new BucketOutput(emulator));
        output.WriteLine($"{emulator.Calls.Count} requests");
        Report(output, tally, sequences);
        Assert.Contains(emulator.Keys, k => k.EndsWith("/job/terminal.json", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bucket_that_cannot_keep_checkpoints_or_refuses_the_key_is_a_clear_error_without_secrets()
    {
        using var emulator = new OssEmulator(TimeProvider.System);
        using var job = new ChaosJob(JobShapes.TwoSinks);
        JobStore store = JobStore.Bucket(emulator);
        emulator.HasVersions = true;
        Refused("CST5016", "versioning", store.Environment);
        emulator.HasVersions = false;
        const string Secret = "a-secret-that-nobody-may-see";
        Refused(
            "CST5015", "SignatureDoesNotMatch",
            new Dictionary<string, string>(store.Environment) { ["OSS_ACCESS_KEY_SECRET"] = Secret, ["OSS_SESSION_TOKEN"] = "" });
        emulator.Accounts.Clear();
        Refused("CST5015", "InvalidAccessKeyId", store.Environment);

        void Refused(string code, string text, IReadOnlyDictionary<string, string> environment)
        {
            (int exit, string said) = ServerProcess.Run(job.Folder, store.Arguments(job, "--quiet"), environment);
            Assert.True(exit == 1, $"exit code {exit}: {said}");
            Assert.Contains(code, said, StringComparison.Ordinal);
            Assert.Contains(text, said, StringComparison.Ordinal);
            Assert.Contains(JobStore.AddressOf(job), said, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
            Assert.Empty(job.Rows("counts"));
        }
    }

    [Fact]
    public void The_harness_sees_what_a_run_from_the_start_doubles()
    {
        using var job = new ChaosJob(JobShapes.TwoSinks);
        var log = new ProtocolLog(Path.Combine(job.Folder, "points.log"));
        using var process = new ServerProcess(job.Folder, ChaosJob.Arguments("--quiet"), log.Environment(sleepMs: 1));
        Assert.True(process.WaitUntil(() => log.Length > 400), process.Output);
        process.Kill();
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet", "-D", "pipeline.name=other"));
        Assert.True(code == 0, text);
        Assert.NotNull(ChaosJob.Difference(Expected["dear"], job.Rows("dear")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_second_process_on_the_same_job_is_refused_while_the_first_lives(bool isBucket)
    {
        using var emulator = new OssEmulator(TimeProvider.System);
        using var job = new ChaosJob(JobShapes.TwoSinks);
        JobStore store = isBucket ? JobStore.Bucket(emulator) : JobStore.Folder;
        var log = new ProtocolLog(Path.Combine(job.Folder, "points.log"));
        using var first = new ServerProcess(
            job.Folder, store.Arguments(job, "--quiet"), store.With(log.Environment(sleepMs: 2_000)));
        Assert.True(first.WaitUntil(() => log.Length > 0), first.Output);
        (int code, string text) = ServerProcess.Run(job.Folder, store.Arguments(job, "--quiet"), store.Environment);
        Assert.NotEqual(0, code);
        Assert.Contains("error CST", text, StringComparison.Ordinal);
        Assert.Contains("another process", text, StringComparison.OrdinalIgnoreCase);
        Assert.False(first.HasExited, first.Output);
        first.Kill();
        Finish(job, store);
    }

    [Fact]
    public void A_finished_job_says_so_and_adds_nothing()
    {
        using var job = new ChaosJob(JobShapes.TwoSinks);
        Finish(job);
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments());
        Assert.True(code == 0, text);
        Assert.Contains("finished", text, StringComparison.OrdinalIgnoreCase);
        AssertOutput(job);
    }

    // On a busy machine the job may be over before the interrupt reaches it: such a try proves nothing and is repeated.
    [Fact]
    public void An_interrupt_ends_cleanly_and_the_next_run_goes_on()
    {
        for (int attempt = 0; ; attempt++)
        {
            using var job = new ChaosJob(JobShapes.TwoSinks);
            var log = new ProtocolLog(Path.Combine(job.Folder, "points.log"));
            using var process = new ServerProcess(
                job.Folder, ChaosJob.Arguments("--quiet"), log.Environment(sleepMs: 1));
            Assert.True(process.WaitUntil(() => log.Length > 100), process.Output);
            process.SendInterrupt();
            Assert.True(process.Wait() == 0, process.Output);
            bool wasOver = ChaosJob.Difference(Expected["dear"], job.Rows("dear")) is null;
            Finish(job);
            if (!wasOver)
            {
                return;
            }

            Assert.True(attempt < 10, "The job was always over before the interrupt.");
        }
    }

    [Fact]
    public void A_full_disk_is_a_clear_error_and_with_room_again_the_job_completes()
    {
        using SmallDisk? disk = SmallDisk.TryMount("400k");
        if (disk is null)
        {
            output.WriteLine("Not tried: tmpfs cannot be mounted here.");
            return;
        }

        using var job = new ChaosJob(JobShapes.TwoSinks, disk.Folder);
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"));
        Assert.True(code == 1, $"exit code {code}: {text}");
        Assert.Contains("No space left", text, StringComparison.OrdinalIgnoreCase);
        disk.Resize("64m");
        Finish(job);
    }

    [Fact]
    public void A_checkpoint_folder_that_cannot_be_written_is_a_clear_error()
    {
        using var job = new ChaosJob(JobShapes.TwoSinks);
        File.WriteAllText(Path.Combine(job.Folder, "file"), "not a folder");
        (int code, string text) = ServerProcess.Run(
            job.Folder, ChaosJob.Arguments("--quiet", "-D", "execution.checkpointing.dir=file/checkpoints"));
        Assert.True(code == 1, $"exit code {code}: {text}");
        Assert.Contains("error CST5", text, StringComparison.Ordinal);
        Assert.Contains("file/checkpoints", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    /// <summary>Plays sequences of seeds that follow from one, each shape in turn; or the one that is asked for.</summary>
    internal static void Run(
        JobStore store, int sequences, KillTally tally, IReadOnlyList<JobShape> shapes, JobOutput? output = null)
    {
        int first = Number("COLUMNSTREAM_SEED", Seed);
        int only = Number("COLUMNSTREAM_SEQUENCE", 0);
        for (int i = 0; i < (only == 0 ? sequences : 1); i++)
        {
            int seed = only == 0 ? first + i : only;
            JobShape shape = shapes[seed % shapes.Count];
            KillSequence.Play(seed, shape, store, ExpectedRows.Of(shape), tally, output);
        }
    }

    internal static void Report(ITestOutputHelper output, KillTally tally, int sequences)
    {
        output.WriteLine(tally.ToString());
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_KILL_REPORT") is { Length: > 0 } report)
        {
            File.AppendAllText(report, tally + "\n");
        }

        if (sequences >= 100 && tally.Sequences == sequences)
        {
            Assert.True(tally.KillsBetweenClaimAndCommit >= tally.Kills * 30 / 100, tally.ToString());
            Assert.Empty(FailPoint.All.Except(tally.KillsByPoint.Keys));
            Assert.All([tally.Refused, tally.Zombies, tally.Fenced, tally.BehindTheEnd, tally.RandomKills], n => Assert.True(n > 0, tally.ToString()));
        }
    }

    private static IReadOnlyDictionary<string, List<string>> Expected => ExpectedRows.Of(JobShapes.TwoSinks);

    private static void Finish(ChaosJob job, JobStore? store = null)
    {
        store ??= JobStore.Folder;
        (int code, string text) = ServerProcess.Run(job.Folder, store.Arguments(job, "--quiet"), store.Environment);
        Assert.True(code == 0, text);
        AssertOutput(job);
    }

    private static void AssertOutput(ChaosJob job)
    {
        Assert.Null(job.Difference(Expected, isOver: true));
    }

    internal static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}
