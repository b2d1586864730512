using System;

namespace ColumnStream.Compute.Values;

/// <summary>Writes intervals: months as <c>+y-MM</c>, milliseconds as <c>+d HH:mm:ss.fff</c>.</summary>
public static class DurationText
{
    /// <summary>Most bytes that either form has.</summary>
    public const int MaxLength = 40;

    /// <summary>Writes months and returns the bytes written.</summary>
    public static int FormatMonths(int months, Span<byte> destination)
    {
        destination[0] = (byte)(months < 0 ? '-' : '+');
        long rest = Math.Abs((long)months);
        int length = 1 + NumberText.Format(rest / 12, destination[1..]);
        destination[length] = (byte)'-';
        Digits.Write2((int)(rest % 12), destination[(length + 1)..]);
        return length + 3;
    }

    /// <summary>Writes milliseconds and returns the bytes written.</summary>
    public static int FormatMillis(long millis, Span<byte> destination)
    {
        destination[0] = (byte)(millis < 0 ? '-' : '+');
        var rest = (UInt128)Int128.Abs(millis);
        int length = 1 + NumberText.Format((long)(rest / (ulong)CivilDate.MillisPerDay), destination[1..]);
        destination[length++] = (byte)' ';
        return length + TimeText.Format((int)(rest % (ulong)CivilDate.MillisPerDay), 3, destination[length..]);
    }
}
