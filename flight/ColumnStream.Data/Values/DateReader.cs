using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads dates: days since 1970 in 32 bits, or milliseconds in 64.</summary>
internal sealed class DateReader(Field field, int ordinal) : StructReader<DateOnly>(field, ordinal)
{
    private const int Epoch = 719_162; // days before 1970-01-01

    /// <inheritdoc/>
    public override DateTime GetDateTime(int row) => Get(row).ToDateTime(TimeOnly.MinValue);

    /// <inheritdoc/>
    public override T GetAs<T>(int row) => typeof(T) == typeof(DateTime) ? (T)(object)GetDateTime(row) : base.GetAs<T>(row);

    /// <inheritdoc/>
    protected override DateOnly Get(int row)
    {
        long days = Field.Type.Id == TypeId.Date32
            ? ((FixedWidthArray)Array!).Values<int>()[row]
            : (long)Math.Floor(((FixedWidthArray)Array!).Values<long>()[row] / 86_400_000.0);
        long day = days + Epoch;
        return day >= 0 && day <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)day)
            : throw TooLarge(row, nameof(DateOnly));
    }
}
