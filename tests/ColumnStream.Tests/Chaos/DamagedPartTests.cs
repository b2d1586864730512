using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Testing.Chaos;
using Xunit;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: output that is claimed and not yet shown, and is damaged meanwhile, ends in an error that names it, never in rows that are wrong or
/// missing without a word. Method: a real run dies behind a claim; its hidden part is changed, cut and taken away; then it is put back.
/// </summary>
public sealed class DamagedPartTests
{
    [Fact]
    public void A_hidden_part_that_is_damaged_is_named_and_the_job_goes_on_once_it_is_mended()
    {
        using var job = new ChaosJob(JobShapes.Small);
        IReadOnlyDictionary<string, List<string>> expected = ExpectedRows.Of(JobShapes.Small);
        string? hidden = null;
        for (int life = 0; hidden is null; life++)
        {
            Assert.True(life < 30, "No life died with a part to show.");
            var log = new ProtocolLog(Path.Combine(job.Folder, $"points-{life}.log"));
            (int died, string said) = ServerProcess.Run(
                job.Folder, ChaosJob.Arguments("--quiet"), log.Environment($"{FailPoint.AfterClaim}:kill:2"));
            Assert.True(died == 128 + 9, $"exit code {died}: {said}");
            hidden = Claimed(job);
        }

        byte[] content = File.ReadAllBytes(hidden);
        byte[] flipped = [.. content];
        flipped[content.Length / 2] ^= 1;
        foreach (byte[]? damage in new[] { flipped, content[..^1], null })
        {
            File.Delete(hidden);
            if (damage is not null)
            {
                File.WriteAllBytes(hidden, damage);
            }

            (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"));
            Assert.True(code == 1, $"exit code {code}: {text}");
            Assert.Contains("error CST5012", text, StringComparison.Ordinal);
            Assert.Contains(Path.GetFileName(hidden), text, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            Assert.Null(job.Difference(expected, isOver: false));
        }

        File.WriteAllBytes(hidden, content);
        (int last, string output) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"));
        Assert.True(last == 0, output);
        Assert.Null(job.Difference(expected, isOver: true));
    }

    /// <summary>Returns a hidden part that the newest claim's manifest names: others go away at the next start.</summary>
    private static string? Claimed(ChaosJob job)
    {
        string claim = Directory.GetFiles(Path.Combine(job.Checkpoints, "claim")).Order(StringComparer.Ordinal).Last();
        string epoch = Path.GetFileNameWithoutExtension(claim);
        string manifest = string.Concat(
            Directory.GetFiles(Path.Combine(job.Checkpoints, "ckpt", epoch), "manifest*", SearchOption.AllDirectories)
                .Select(File.ReadAllText));
        return JobShapes.Small.Sinks
            .SelectMany(s => Directory.Exists(Path.Combine(job.Folder, s.Name))
                ? Directory.GetFiles(Path.Combine(job.Folder, s.Name), ".part-*") : [])
            .FirstOrDefault(p => manifest.Contains(Path.GetFileName(p), StringComparison.Ordinal));
    }
}
