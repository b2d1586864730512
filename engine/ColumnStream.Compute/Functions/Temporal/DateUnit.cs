namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Names the units of date functions, from coarse to fine.</summary>
internal enum DateUnit : byte
{
    Millennium,
    Century,
    Decade,
    Year,
    IsoYear,
    Quarter,
    Month,
    Week,
    Day,
    DayOfYear,
    DayOfWeek,
    IsoDayOfWeek,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    Epoch,
}
