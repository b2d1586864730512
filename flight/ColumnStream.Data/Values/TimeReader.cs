using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads times of day; what is below a tick of 100 ns is cut off.</summary>
internal sealed class TimeReader(Field field, int ordinal) : StructReader<TimeOnly>(field, ordinal)
{
    /// <inheritdoc/>
    public override T GetAs<T>(int row) => typeof(T) == typeof(TimeSpan) ? (T)(object)Get(row).ToTimeSpan() : base.GetAs<T>(row);

    /// <inheritdoc/>
    protected override TimeOnly Get(int row)
    {
        var array = (FixedWidthArray)Array!;
        long value = array.ByteWidth == 4 ? array.Values<int>()[row] : array.Values<long>()[row];
        return Ticks.TryOf(value, Field.Type.Unit, out long ticks) && ticks >= 0 && ticks < TimeSpan.TicksPerDay
            ? new TimeOnly(ticks)
            : throw TooLarge(row, nameof(TimeOnly));
    }
}
