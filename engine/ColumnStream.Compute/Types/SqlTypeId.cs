namespace ColumnStream.Compute.Types;

/// <summary>Names the families of SQL types, in Flink SQL's terms.</summary>
public enum SqlTypeId : byte
{
    /// <summary>The type of a bare NULL; casts to anything.</summary>
    Null,

    /// <summary>BOOLEAN.</summary>
    Boolean,

    /// <summary>TINYINT, 8 bits.</summary>
    TinyInt,

    /// <summary>SMALLINT, 16 bits.</summary>
    SmallInt,

    /// <summary>INT, 32 bits.</summary>
    Integer,

    /// <summary>BIGINT, 64 bits.</summary>
    BigInt,

    /// <summary>FLOAT, binary32.</summary>
    Float,

    /// <summary>DOUBLE, binary64.</summary>
    Double,

    /// <summary>DECIMAL(precision, scale).</summary>
    Decimal,

    /// <summary>CHAR(length).</summary>
    Char,

    /// <summary>VARCHAR(length); STRING is VARCHAR(2147483647).</summary>
    VarChar,

    /// <summary>BINARY(length).</summary>
    Binary,

    /// <summary>VARBINARY(length); BYTES is VARBINARY(2147483647).</summary>
    VarBinary,

    /// <summary>DATE.</summary>
    Date,

    /// <summary>TIME(precision).</summary>
    Time,

    /// <summary>TIMESTAMP(precision): a local date-time.</summary>
    Timestamp,

    /// <summary>TIMESTAMP_LTZ(precision): an instant.</summary>
    TimestampLtz,

    /// <summary>INTERVAL of months; values are months in 32 bits.</summary>
    IntervalYearMonth,

    /// <summary>INTERVAL of milliseconds; values are 64 bits.</summary>
    IntervalDayTime,

    /// <summary>ARRAY of one element type.</summary>
    Array,

    /// <summary>ROW of named fields.</summary>
    Row,

    /// <summary>MAP of a key type to a value type.</summary>
    Map,

    /// <summary>MULTISET of one element type: a map of elements to how often they occur.</summary>
    Multiset,
}
