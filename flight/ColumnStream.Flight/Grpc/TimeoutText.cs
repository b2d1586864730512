using System;
using System.Globalization;

namespace ColumnStream.Flight.Grpc;

/// <summary>Maps the header that says how long a client waits: up to eight digits and a unit.</summary>
internal static class TimeoutText
{
    public const string Header = "grpc-timeout";
    private const long MostDigits = 99_999_999;

    public static string Encode(TimeSpan timeout)
    {
        long micros = Math.Max(1, (long)timeout.TotalMicroseconds);
        (long amount, char unit) = micros <= MostDigits ? (micros, 'u')
            : micros / 1000 <= MostDigits ? (micros / 1000, 'm')
            : micros / 1_000_000 <= MostDigits ? (micros / 1_000_000, 'S')
            : (Math.Min(MostDigits, micros / 3_600_000_000), 'H');
        return amount.ToString(CultureInfo.InvariantCulture) + unit;
    }

    /// <summary>Decodes a header, or returns null for what is none; very long ones are forty days.</summary>
    public static TimeSpan? Decode(string text)
    {
        if (text.Length is < 2 or > 9
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long amount))
        {
            return null;
        }

        double seconds = text[^1] switch
        {
            'n' => amount / 1e9,
            'u' => amount / 1e6,
            'm' => amount / 1e3,
            'S' => amount,
            'M' => amount * 60.0,
            'H' => amount * 3600.0,
            _ => -1,
        };
        // Timers hold less than fifty days of milliseconds.
        return seconds < 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, 40 * 86400.0));
    }
}
