namespace ColumnStream.Connectors.Jdbc;

/// <summary>Names how a value is written in PostgreSQL's binary COPY form.</summary>
internal enum CopyKind : byte
{
    /// <summary>bool: one byte.</summary>
    Boolean,

    /// <summary>int2, from integers that fit.</summary>
    Int2,

    /// <summary>int4, from integers that fit.</summary>
    Int4,

    /// <summary>int8, from any integer.</summary>
    Int8,

    /// <summary>float4.</summary>
    Float4,

    /// <summary>float8, from FLOAT or DOUBLE.</summary>
    Float8,

    /// <summary>numeric, from an integer.</summary>
    NumericOfInteger,

    /// <summary>numeric, from a DECIMAL: digits to the base of 10,000.</summary>
    NumericOfDecimal,

    /// <summary>Text in its own bytes.</summary>
    Text,

    /// <summary>jsonb: a version byte, then text.</summary>
    Jsonb,

    /// <summary>uuid, from its 36 characters.</summary>
    Uuid,

    /// <summary>bytea.</summary>
    Bytes,

    /// <summary>date: days since 2000.</summary>
    Date,

    /// <summary>time: microseconds of the day.</summary>
    Time,

    /// <summary>timestamp and timestamptz: microseconds since 2000.</summary>
    Timestamp,

    /// <summary>interval, from months.</summary>
    IntervalOfMonths,

    /// <summary>interval, from milliseconds.</summary>
    IntervalOfMillis,

    /// <summary>An array of one dimension.</summary>
    Array,
}
