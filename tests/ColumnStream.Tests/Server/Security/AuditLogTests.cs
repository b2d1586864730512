using System;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Server.Security;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Server.Security;

/// <summary>Tests what an audit log makes of an end that a dying process, a full disk or a hand left.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(250)]
    public void A_line_that_was_not_written_to_its_end_is_kept_as_what_it_is(int missing)
    {
        string path = _folder.At("audit.jsonl");
        Write(path, "first", "second");
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(Math.Max(1, file.Length - missing));
        }

        Write(path, "third");
        string[] lines = File.ReadAllLines(path);
        Assert.Equal((lines.Length, null), (AuditTrail.Read(path).Lines, AuditTrail.Read(path).Damage));
        Assert.Contains("torn", lines[^2], StringComparison.Ordinal);
        Assert.Contains("third", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_line_that_does_not_fit_is_no_accident()
    {
        string path = _folder.At("audit.jsonl");
        Write(path, "first", "second");
        File.AppendAllText(path, "{}\n");
        byte[] before = File.ReadAllBytes(path);
        Assert.Equal(5061, Assert.Throws<ExternalException>(() => Write(path, "third")).Code);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    /// <summary>Breaks when a full file grows on, or a line changed, put in or taken out anywhere in the closed ones goes unseen.</summary>
    [Fact]
    public void Files_are_closed_when_full_and_the_chain_goes_on_over_the_cut()
    {
        string path = _folder.At("audit.jsonl");
        for (int i = 0; i < 30; i++)
        {
            // Each start finds where the chain ended, also right behind a cut.
            using var log = new AuditLog(path, TimeProvider.System, mostBytes: 1000);
            log.Write("ann", null, "DROP", $"t{i}", Auditor.Allowed, "1");
        }

        string[] closed = AuditTrail.Closed(path);
        Assert.InRange(closed.Length, 3, 12);
        Assert.All(closed, static file => Assert.InRange(new FileInfo(file).Length, 1000, 1400));
        AuditTrail.Reading whole = AuditTrail.Read(path);
        Assert.Equal((30 + closed.Length, null, ""), (whole.Lines, whole.Damage, whole.Rest));
        foreach (string file in closed)
        {
            string[] lines = File.ReadAllLines(file);
            foreach (string[] changed in new string[][]
            {
                lines[..^1], lines[1..], [lines[0].Replace("allowed", "denied", StringComparison.Ordinal), .. lines[1..]],
                [.. lines, lines[^1]], [],
            })
            {
                // The end of a file that is closed is not the end of the log.
                File.WriteAllLines(file, changed);
                Assert.True(AuditTrail.Read(path).Damage is not null, $"{Path.GetFileName(file)}: {changed.Length} of {lines.Length}");
            }

            File.WriteAllLines(file, lines);
            Assert.Null(AuditTrail.Read(path).Damage);
        }

        File.Delete(closed[1]);
        Assert.NotNull(AuditTrail.Read(path).Damage);
        File.Delete(closed[0]);
        Assert.Equal((whole.Lines, null), (AuditTrail.Read(path).Lines, AuditTrail.Read(path).Damage));
    }

    /// <summary>Breaks when a process that dies between two files, or while it begins one, cannot go on.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(30)]
    public void A_start_goes_on_behind_a_cut_that_was_half_done(int left)
    {
        string path = _folder.At("audit.jsonl");
        Write(path, "first", "second");
        File.Move(path, AuditTrail.ClosedName(path, 1));
        if (left >= 0)
        {
            File.WriteAllText(path, "{\"seq\":3,\"at\":\"2026-11-23T00:00:00Z\",\"user\":\"\",\"from\":null,"[..left]);
        }

        Write(path, "third");
        AuditTrail.Reading read = AuditTrail.Read(path);
        Assert.Equal((left > 0 ? 5 : 4, null), (read.Lines, read.Damage));
        string[] lines = File.ReadAllLines(path);
        Assert.Contains("rotate", lines[0], StringComparison.Ordinal);
        Assert.Contains("third", lines[^1], StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static void Write(string path, params string[] subjects)
    {
        using var log = new AuditLog(path, TimeProvider.System);
        foreach (string subject in subjects)
        {
            log.Write("ann", null, "DROP", subject, Auditor.Allowed, "1");
        }
    }
}
