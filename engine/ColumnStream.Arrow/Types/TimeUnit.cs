namespace ColumnStream.Arrow.Types;

/// <summary>States the unit of a temporal column.</summary>
public enum TimeUnit : byte
{
    /// <summary>Seconds.</summary>
    Second,

    /// <summary>Milliseconds.</summary>
    Millisecond,

    /// <summary>Microseconds.</summary>
    Microsecond,

    /// <summary>Nanoseconds.</summary>
    Nanosecond,
}
