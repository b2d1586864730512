using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads elapsed times, and intervals of days and milliseconds.</summary>
internal sealed class DurationReader(Field field, int ordinal) : StructReader<TimeSpan>(field, ordinal)
{
    /// <inheritdoc/>
    protected override TimeSpan Get(int row)
    {
        var array = (FixedWidthArray)Array!;
        if (Field.Type.Id == TypeId.IntervalDayTime)
        {
            ReadOnlySpan<int> parts = array.Values<int>().Slice(row * 2, 2);
            return new TimeSpan((parts[0] * TimeSpan.TicksPerDay) + (parts[1] * TimeSpan.TicksPerMillisecond));
        }

        return Ticks.TryOf(array.Values<long>()[row], Field.Type.Unit, out long ticks)
            ? new TimeSpan(ticks)
            : throw TooLarge(row, nameof(TimeSpan));
    }
}
