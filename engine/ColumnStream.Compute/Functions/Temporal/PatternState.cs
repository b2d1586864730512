using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Holds the last pattern and the zone of one step, so that a constant pattern is cut into parts once.</summary>
internal sealed class PatternState(PatternDialect dialect, PatternUse use, LocalZone zone, long perSecond = 1)
{
    private byte[] _text = [];
    private DatePattern? _pattern;

    /// <summary>Gets the zone of local times.</summary>
    public LocalZone Zone => zone;

    /// <summary>Gets the units of a second that values count.</summary>
    public long PerSecond => perSecond;

    /// <summary>Gets the zone UTC.</summary>
    public static LocalZone Utc { get; } = new("UTC");

    /// <summary>Gets the constant pattern that <see cref="PeriodOf"/> has read.</summary>
    public DatePattern? Constant { get; private set; }

    /// <summary>
    /// Reads a constant pattern; returns for how many units its text stays the same, 0 when it changes with every unit or
    /// is none.
    /// </summary>
    public long PeriodOf(string text)
    {
        Constant = DatePattern.TryCreate(text, dialect, use, out _);
        long seconds = 86_400;
        bool quoted = false;
        foreach (char c in text)
        {
            quoted ^= c == '\'';
            seconds = quoted ? seconds : Math.Min(seconds, c switch
            {
                'S' or 'n' or 'N' or 'A' => 0,
                's' => 1,
                'm' => 60,
                'H' or 'h' or 'K' or 'k' or 'a' or 'B' => 3600,
                _ => 86_400,
            });
        }

        return Constant is null ? 0 : seconds * perSecond;
    }

    /// <summary>Returns the pattern, or null when it is none.</summary>
    public DatePattern? Get(ReadOnlySpan<byte> text)
    {
        if (_pattern is null || !text.SequenceEqual(_text))
        {
            _text = text.ToArray();
            _pattern = DatePattern.TryCreate(Encoding.UTF8.GetString(text), dialect, use, out _);
        }

        return _pattern;
    }

    /// <summary>Says what is wrong with a constant pattern; null when nothing is, or when it is no constant.</summary>
    public static string? Check(CallExpression call, int argument, PatternDialect dialect, PatternUse use)
    {
        if (call.Arguments.Count <= argument || call.Arguments[argument] is not LiteralExpression { Value: { } text })
        {
            return null;
        }

        return DatePattern.TryCreate(text, dialect, use, out string? problem) is null
            ? $"Date pattern is not supported: {text}: {problem}." : null;
    }

    /// <summary>Writes local units of time as text.</summary>
    public static unsafe Utf8 Write(Frame frame, DatePattern pattern, in PatternTime time)
    {
        int room = Math.Max(16, pattern.MaxLength);
        return frame.Commit(DatePatternWriter.Write(pattern, time, new Span<byte>(frame.Reserve(room), room)));
    }

    /// <summary>Writes an instant in a zone.</summary>
    public static Utf8 WriteInstant(Frame frame, DatePattern pattern, long seconds, int nanos, LocalZone zone)
    {
        long offset = zone.OffsetAt(seconds);
        string? name = pattern.Text.Contains('z', StringComparison.Ordinal) ? zone.NameAt(seconds) : null;
        return Write(frame, pattern, new PatternTime(seconds + offset, nanos, (int)offset, zone.Id, name));
    }

    /// <summary>Returns the first of the hundred years that two digits mean: eighty years back.</summary>
    public static int FirstYear(Frame frame)
    {
        CivilDate.FromDays(CivilDate.FloorDiv(frame.NowMillis, CivilDate.MillisPerDay), out int year, out _, out _);
        return year - 80;
    }
}
