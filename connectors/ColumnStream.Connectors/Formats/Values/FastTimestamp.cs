using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Compute.Values;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Parses <c>yyyy-MM-dd HH:mm:ss[.f…]</c> in place with one test for all digits; remembers a column's last day.</summary>
/// <remarks>At least 32 bytes must be readable. What it refuses is left to the exact reader.</remarks>
internal unsafe struct FastTimestamp
{
    private uint _notDate;
    private long _daySeconds;

    /// <summary>Parses local date and time with <paramref name="separator"/> between; returns the end, or null.</summary>
    public byte* Parse(byte* p, byte separator, long perSecond, out long value)
    {
        value = 0;
        Vector128<byte> text = Vector128.Load(p);
        Vector128<byte> template = Vector128.Create(
            (byte)'0', (byte)'0', (byte)'0', (byte)'0', (byte)'-', (byte)'0', (byte)'0', (byte)'-', (byte)'0', (byte)'0',
            separator, (byte)'0', (byte)'0', (byte)':', (byte)'0', (byte)'0');
        Vector128<byte> limits = Vector128.Create((byte)9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9);
        Vector128<byte> digits = text ^ template;
        Vector128<byte> tens = Vector128.Shuffle(
            digits, Vector128.Create((byte)0, 2, 5, 8, 11, 14, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255));
        Vector128<byte> ones = Vector128.Shuffle(
            digits, Vector128.Create((byte)1, 3, 6, 9, 12, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255));
        Vector128<byte> twice = tens + tens;
        Vector128<byte> pairs = twice + twice + twice + twice + twice + ones;
        ulong packed = pairs.AsUInt64().ToScalar();
        uint second10 = (uint)(p[17] - '0');
        uint second1 = (uint)(p[18] - '0');
        uint hour = (uint)(packed >> 32) & 0xFF;
        uint minute = (uint)(packed >> 40) & 0xFF;
        if (!Vector128.EqualsAll(Vector128.Min(digits, limits), digits) || p[16] != ':' || second10 > 5 || second1 > 9
            || hour > 23 || minute > 59)
        {
            return null;
        }

        if (~(uint)packed != _notDate && !NewDay((uint)packed))
        {
            return null;
        }

        long seconds = _daySeconds + (hour * 3600) + (minute * 60) + (second10 * 10) + second1;
        p += 19;
        if (*p != '.')
        {
            value = seconds * perSecond;
            return perSecond == 1_000_000_000 && value / perSecond != seconds ? null : p;
        }

        if (perSecond == 1000)
        {
            int count = FastNumber.Digits8(p + 1, out long fraction);
            if (count == 3)
            {
                value = (seconds * 1000) + fraction;
                return p + 4;
            }
        }

        return Fraction(p + 1, seconds, perSecond, out value);
    }

    private static byte* Fraction(byte* p, long seconds, long perSecond, out long value)
    {
        long scale = perSecond;
        long fraction = 0;
        byte* from = p;
        for (; (uint)(*p - '0') <= 9; p++)
        {
            scale /= 10;
            fraction += (*p - '0') * scale;
        }

        value = (seconds * perSecond) + fraction;
        bool outside = perSecond == 1_000_000_000 && (seconds < -9_223_372_036 || seconds > 9_223_372_035);
        return p == from || p - from > 9 || outside ? null : p;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NewDay(uint date)
    {
        int year = (int)(((date & 0xFF) * 100) + ((date >> 8) & 0xFF));
        int month = (int)((date >> 16) & 0xFF);
        int day = (int)(date >> 24);
        if (!CivilDate.IsValid(year, month, day))
        {
            return false;
        }

        _notDate = ~date;
        _daySeconds = CivilDate.ToDays(year, month, day) * 86_400L;
        return true;
    }
}
