using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>
/// Reads points in time: local ones as DateTime of unspecified kind, those with a zone as UTC and also as DateTimeOffset. What is
/// below a tick of 100 ns is cut off; <c>GetFieldValue&lt;long&gt;</c> gives the count of the column's own unit since 1970.
/// </summary>
internal sealed class TimestampReader(Field field, int ordinal) : StructReader<DateTime>(field, ordinal)
{
    /// <inheritdoc/>
    public override DateTime GetDateTime(int row) => Get(row);

    /// <inheritdoc/>
    public override T GetAs<T>(int row)
    {
        if (typeof(T) == typeof(DateTimeOffset) && Field.Type.Timezone is not null)
        {
            return (T)(object)new DateTimeOffset(Get(row), TimeSpan.Zero);
        }

        if (typeof(T) == typeof(DateOnly))
        {
            return (T)(object)DateOnly.FromDateTime(Get(row));
        }

        return typeof(T) == typeof(long) ? (T)(object)Count(row) : base.GetAs<T>(row);
    }

    /// <inheritdoc/>
    protected override DateTime Get(int row) =>
        Ticks.TryOf(Count(row), Field.Type.Unit, out long since)
        && since >= -DateTime.UnixEpoch.Ticks && since <= DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks
            ? new DateTime(
                DateTime.UnixEpoch.Ticks + since, Field.Type.Timezone is null ? DateTimeKind.Unspecified : DateTimeKind.Utc)
            : throw TooLarge(row, nameof(DateTime));

    private long Count(int row) => ((FixedWidthArray)Array!).Values<long>()[row];
}
