using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Testing.Chaos;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: the real program loses and doubles nothing, whenever and however it ends. Method: a job with two sinks is killed,
/// interrupted, started twice and starved of disk; its output is compared with that of a run that was left alone.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly Lazy<Dictionary<string, List<string>>> s_expected = new(RunUndisturbed);

    [Fact]
    public void Killed_at_random_moments_the_job_loses_and_doubles_nothing()
    {
        int seed = Number("COLUMNSTREAM_SEED", 20261122);
        int kills = Number("COLUMNSTREAM_KILLS", 12);
        var campaign = new KillCampaign(seed, s_expected.Value);
        campaign.Run(kills);
        output.WriteLine(campaign.ToString());
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_KILL_REPORT") is { } report)
        {
            File.WriteAllText(report, campaign.ToString() + "\n");
        }

        // A kill lands there more often than one time in five; 30 of 200 are asked for.
        Assert.True(kills < 100 || campaign.KillsBetweenClaimAndVisibility >= kills * 15 / 100, campaign.ToString());
    }

    [Fact]
    public void The_harness_sees_what_a_run_from_the_start_doubles()
    {
        using var job = new TwoSinkJob();
        var log = new ProtocolLog(Path.Combine(job.Folder, "points.log"));
        using var process = new ServerProcess(job.Folder, TwoSinkJob.Arguments("--quiet"), log.Environment(sleepMs: 1));
        Assert.True(process.WaitUntil(() => log.Length > 400), process.Output);
        process.Kill();
        (int code, string text) = ServerProcess.Run(job.Folder, TwoSinkJob.Arguments("--quiet", "-D", "pipeline.name=other"));
        Assert.True(code == 0, text);
        Assert.NotNull(TwoSinkJob.Difference(s_expected.Value["dear"], job.Rows("dear")));
    }

    [Fact]
    public void A_second_process_on_the_same_job_is_refused_while_the_first_lives()
    {
        using var job = new TwoSinkJob();
        var log = new ProtocolLog(Path.Combine(job.Folder, "points.log"));
        using var first = new ServerProcess(job.Folder, TwoSinkJob.Arguments("--quiet"), log.Environment(sleepMs: 2_000));
        Assert.True(first.WaitUntil(() => log.Length > 0), first.Output);
        (int code, string text) = ServerProcess.Run(job.Folder, TwoSinkJob.Arguments("--quiet"));
        Assert.NotEqual(0, code);
        Assert.Contains("error CST", text, StringComparison.Ordinal);
        Assert.Contains("another process", text, StringComparison.OrdinalIgnoreCase);
        Assert.False(first.HasExited, first.Output);
        first.Kill();
        Finish(job);
    }

    [Fact]
    public void A_finished_job_says_so_and_adds_nothing()
    {
        using var job = new TwoSinkJob();
        Finish(job);
        (int code, string text) = ServerProcess.Run(job.Folder, TwoSinkJob.Arguments());
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
            using var job = new TwoSinkJob();
            var log = new ProtocolLog(Path.Combine(job.Folder, "points.log"));
            using var process = new ServerProcess(
                job.Folder, TwoSinkJob.Arguments("--quiet"), log.Environment(sleepMs: 1));
            Assert.True(process.WaitUntil(() => log.Length > 100), process.Output);
            process.SendInterrupt();
            Assert.True(process.Wait() == 0, process.Output);
            bool wasOver = TwoSinkJob.Difference(s_expected.Value["dear"], job.Rows("dear")) is null;
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
        string folder = Directory.CreateTempSubdirectory("columnstream-full-").FullName;
        try
        {
            if (!Mount("-t", "tmpfs", "-o", "size=400k", "tmpfs", folder))
            {
                output.WriteLine("Not tried: tmpfs cannot be mounted here.");
                return;
            }

            using var job = new TwoSinkJob(folder);
            (int code, string text) = ServerProcess.Run(job.Folder, TwoSinkJob.Arguments("--quiet"));
            Assert.True(code == 1, $"exit code {code}: {text}");
            Assert.Contains("No space left", text, StringComparison.OrdinalIgnoreCase);
            Assert.True(Mount("-o", "remount,size=64m", folder));
            Finish(job);
        }
        finally
        {
            Start("umount", folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_checkpoint_folder_that_cannot_be_written_is_a_clear_error()
    {
        using var job = new TwoSinkJob();
        File.WriteAllText(Path.Combine(job.Folder, "file"), "not a folder");
        (int code, string text) = ServerProcess.Run(
            job.Folder, TwoSinkJob.Arguments("--quiet", "-D", "execution.checkpointing.dir=file/checkpoints"));
        Assert.True(code == 1, $"exit code {code}: {text}");
        Assert.Contains("error CST5", text, StringComparison.Ordinal);
        Assert.Contains("file/checkpoints", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    private static Dictionary<string, List<string>> RunUndisturbed()
    {
        using var job = new TwoSinkJob();
        (int code, string text) = ServerProcess.Run(job.Folder, TwoSinkJob.Arguments("--quiet"));
        Assert.True(code == 0, text);
        Dictionary<string, List<string>> rows = TwoSinkJob.Sinks.ToDictionary(s => s, job.Rows);
        Assert.All(rows, r => Assert.True(r.Value.Count > 1_000, $"{r.Key}: {r.Value.Count} rows"));
        return rows;
    }

    private static void Finish(TwoSinkJob job)
    {
        (int code, string text) = ServerProcess.Run(job.Folder, TwoSinkJob.Arguments("--quiet"));
        Assert.True(code == 0, text);
        AssertOutput(job);
    }

    private static void AssertOutput(TwoSinkJob job)
    {
        foreach (string sink in TwoSinkJob.Sinks)
        {
            Assert.Null(TwoSinkJob.Difference(s_expected.Value[sink], job.Rows(sink)));
        }
    }

    private static bool Mount(params string[] arguments) => Start("mount", arguments);

    private static bool Start(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}
