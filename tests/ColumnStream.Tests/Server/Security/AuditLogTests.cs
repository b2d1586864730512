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
        Assert.Equal((lines.Length, null), (AuditLog.Read(path).Lines, AuditLog.Read(path).Damage));
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
