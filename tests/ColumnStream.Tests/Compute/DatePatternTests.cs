using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Values;
using Xunit;
using ArrowUnit = ColumnStream.Arrow.Types.TimeUnit;

namespace ColumnStream.Tests.Compute;

/// <summary>Holds date patterns against what Java 17 does: tests/data/types/date-patterns.txt.</summary>
public sealed class DatePatternTests
{
    private static readonly string[][] Facts =
        [.. CastMatrixTests.Data("date-patterns.txt").Where(l => !l.StartsWith('#')).Select(l => l.Split('\t'))];

    [Fact]
    public void The_formatter_writes_local_times_as_java_does()
    {
        List<string> wrong = [];
        foreach (string[] fact in Facts.Where(f => f[0] == "F"))
        {
            DatePattern? pattern = DatePattern.TryCreate(fact[1], PatternDialect.Formatter, PatternUse.WriteLocal, out string? problem);
            TimestampText.TryParse(Encoding.UTF8.GetBytes(fact[2]), ArrowUnit.Nanosecond, out long nanos);
            string text = pattern is null ? $"FAIL: {problem}" : Write(pattern, new PatternTime(CivilDate.FloorDiv(nanos, 1_000_000_000), (int)CivilDate.FloorMod(nanos, 1_000_000_000)));
            Compare(fact, text, wrong);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Both_dialects_write_zones_as_java_does()
    {
        List<string> wrong = [];
        foreach (string[] fact in Facts.Where(f => f[0] is "FZ" or "S"))
        {
            bool simple = fact[0] == "S";
            DatePattern? pattern = DatePattern.TryCreate(
                fact[1], simple ? PatternDialect.Simple : PatternDialect.Formatter, PatternUse.WriteZoned, out string? problem);
            long instant = long.Parse(fact[3], CultureInfo.InvariantCulture);
            long seconds = simple ? CivilDate.FloorDiv(instant, 1000) : instant;
            var zone = new LocalZone(fact[2]);
            var offset = (int)zone.OffsetAt(seconds);
            int nanos = simple ? (int)CivilDate.FloorMod(instant, 1000) * 1_000_000 : 0;
            string text = pattern is null ? $"FAIL: {problem}"
                : Write(pattern, new PatternTime(seconds + offset, nanos, offset, zone.Id == "UTC" ? "UTC" : fact[2], zone.NameAt(seconds)));
            Compare(fact, text, wrong);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void The_formatter_reads_as_java_does()
    {
        List<string> wrong = [];
        Span<byte> text = stackalloc byte[TimestampText.MaxLength];
        foreach (string[] fact in Facts.Where(f => f[0] == "FP"))
        {
            DatePattern pattern = DatePattern.TryCreate(fact[1], PatternDialect.Formatter, PatternUse.Read, out string? problem)
                ?? throw new InvalidOperationException($"{fact[1]}: {problem}.");
            bool ok = DatePatternReader.TryRead(pattern, Encoding.UTF8.GetBytes(fact[2]), 1946, out long seconds, out int nanos, out _);
            int length = ok ? TimestampText.Format(seconds, ArrowUnit.Second, 0, text) : 0;
            string result = ok ? string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(text[..length])}.{nanos:D9}") : "FAIL";
            Compare([.. fact[..^1], fact[^1].TrimStart('+')], result, wrong);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void The_simple_format_reads_as_java_does()
    {
        List<string> wrong = [];
        foreach (string[] fact in Facts.Where(f => f[0] == "SP"))
        {
            DatePattern pattern = DatePattern.TryCreate(fact[1], PatternDialect.Simple, PatternUse.Read, out string? problem)
                ?? throw new InvalidOperationException($"{fact[1]}: {problem}.");
            bool ok = DatePatternReader.TryRead(pattern, Encoding.UTF8.GetBytes(fact[3]), 1946, out long seconds, out int nanos, out int? offset);
            seconds -= offset ?? new LocalZone(fact[2]).OffsetAtLocal(seconds, later: true);
            Compare(fact, ok ? ((seconds * 1000) + (nanos / 1_000_000)).ToString(CultureInfo.InvariantCulture) : "FAIL", wrong);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void What_java_takes_for_no_pattern_is_refused()
    {
        foreach (string[] fact in Facts.Where(f => f[0] is "FB" or "SB"))
        {
            PatternDialect dialect = fact[0] == "FB" ? PatternDialect.Formatter : PatternDialect.Simple;
            Assert.True(DatePattern.TryCreate(fact[1], dialect, PatternUse.WriteZoned, out _) is null == (fact[2] == "FAIL"), fact[1]);
        }
    }

    private static string Write(DatePattern pattern, PatternTime time)
    {
        var target = new byte[pattern.MaxLength];
        return Encoding.UTF8.GetString(target, 0, DatePatternWriter.Write(pattern, time, target));
    }

    private static void Compare(string[] fact, string actual, List<string> wrong)
    {
        string expected = fact[^1];
        if (actual != expected && !(expected == "FAIL" && actual.StartsWith("FAIL", StringComparison.Ordinal)))
        {
            wrong.Add($"{string.Join(" | ", fact)} but {actual}");
        }
    }
}
