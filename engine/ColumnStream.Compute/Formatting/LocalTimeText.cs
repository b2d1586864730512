using System.Globalization;
using ColumnStream.Arrow.Types;
using NodaTime;

namespace ColumnStream.Compute.Formatting;

/// <summary>Writes date-times as Java's <c>LocalDateTime.toString</c> does: <c>2024-07-30T10:24</c>, seconds where there are any.</summary>
internal static class LocalTimeText
{
    public static string Format(long value, TimeUnit unit)
    {
        long perSecond = unit switch
        {
            TimeUnit.Millisecond => 1_000,
            TimeUnit.Microsecond => 1_000_000,
            _ => 1_000_000_000,
        };
        long seconds = value / perSecond;
        long rest = value % perSecond;
        if (rest < 0)
        {
            seconds--;
            rest += perSecond;
        }

        long nanos = rest * (1_000_000_000 / perSecond);
        LocalDateTime time = Instant.FromUnixTimeSeconds(seconds).InUtc().LocalDateTime;
        string text = time.ToString("uuuu-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
        if (time.Second == 0 && nanos == 0)
        {
            return text;
        }

        text += time.ToString(":ss", CultureInfo.InvariantCulture);
        return nanos == 0 ? text
            : nanos % 1_000_000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}.{nanos / 1_000_000:D3}")
            : nanos % 1_000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}.{nanos / 1_000:D6}")
            : string.Create(CultureInfo.InvariantCulture, $"{text}.{nanos:D9}");
    }
}
