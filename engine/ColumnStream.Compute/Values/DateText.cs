using System;

namespace ColumnStream.Compute.Values;

/// <summary>Reads and writes dates: <c>yyyy-MM-dd</c>.</summary>
public static class DateText
{
    /// <summary>Most bytes that <c>Format</c> writes.</summary>
    public const int MaxLength = 16;

    /// <summary>Reads <c>yyyy-[M]M-[d]d</c>, spaces around it allowed, as days since 1970-01-01.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out int days)
    {
        utf8 = Digits.Trim(utf8);
        int used = ParsePrefix(utf8, out days);
        return used > 0 && used == utf8.Length;
    }

    /// <summary>Writes <c>yyyy-MM-dd</c> and returns the bytes written.</summary>
    public static int Format(int days, Span<byte> destination)
    {
        CivilDate.FromDays(days, out int year, out int month, out int day);
        int at = Digits.WriteYear(year, destination);
        destination[at] = (byte)'-';
        Digits.Write2(month, destination[(at + 1)..]);
        destination[at + 3] = (byte)'-';
        Digits.Write2(day, destination[(at + 4)..]);
        return at + 6;
    }

    /// <summary>Reads a date at the start and returns the bytes used, or 0.</summary>
    internal static int ParsePrefix(ReadOnlySpan<byte> utf8, out int days)
    {
        days = 0;
        int at = Digits.Read(utf8, 0, 4, out int year);
        if (at == 0 || at >= utf8.Length || utf8[at] != '-')
        {
            return 0;
        }

        int monthEnd = Digits.Read(utf8, at + 1, 2, out int month);
        if (monthEnd == 0 || monthEnd >= utf8.Length || utf8[monthEnd] != '-')
        {
            return 0;
        }

        int end = Digits.Read(utf8, monthEnd + 1, 2, out int day);
        if (end == 0 || !CivilDate.IsValid(year, month, day))
        {
            return 0;
        }

        days = CivilDate.ToDays(year, month, day);
        return end;
    }
}
