using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Turns counts of Arrow's units into ticks of 100 ns and back.</summary>
internal static class Ticks
{
    /// <summary>Gives the ticks of <paramref name="value"/> units, rounded down; false where they do not fit 64 bits.</summary>
    public static bool TryOf(long value, TimeUnit unit, out long ticks)
    {
        Int128 wide = unit switch
        {
            TimeUnit.Second => (Int128)value * TimeSpan.TicksPerSecond,
            TimeUnit.Millisecond => (Int128)value * TimeSpan.TicksPerMillisecond,
            TimeUnit.Microsecond => (Int128)value * TimeSpan.TicksPerMicrosecond,
            _ => (value - (((value % 100) + 100) % 100)) / 100,
        };
        ticks = (long)wide;
        return ticks == wide;
    }
}
