namespace ColumnStream.Arrow.Types;

/// <summary>Names the logical type of a column; values are ours, not the file format's.</summary>
public enum TypeId : byte
{
    /// <summary>Only nulls; no buffers.</summary>
    Null,

    /// <summary>One bit a value.</summary>
    Bool,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,

    /// <summary>Scaled 64-bit integer; inside the engine only, decimal128 at every edge.</summary>
    Decimal64,

    /// <summary>Scaled 128-bit integer.</summary>
    Decimal128,

    /// <summary>UTF-8 text with 32-bit offsets.</summary>
    Utf8,

    /// <summary>UTF-8 text as 16-byte views; the engine's own text layout.</summary>
    Utf8View,

    /// <summary>Bytes with 32-bit offsets.</summary>
    Binary,

    /// <summary>Bytes as 16-byte views; the engine's own bytes layout.</summary>
    BinaryView,

    /// <summary>Bytes of one fixed width.</summary>
    FixedSizeBinary,

    /// <summary>Days since 1970-01-01 in 32 bits.</summary>
    Date32,

    /// <summary>Milliseconds since 1970-01-01 in 64 bits, whole days.</summary>
    Date64,

    /// <summary>Time of day in seconds or milliseconds, 32 bits.</summary>
    Time32,

    /// <summary>Time of day in microseconds or nanoseconds, 64 bits.</summary>
    Time64,

    /// <summary>Instant or local date-time since 1970-01-01 in units of <see cref="DataType.Unit"/>, 64 bits.</summary>
    Timestamp,

    /// <summary>Elapsed time in units of <see cref="DataType.Unit"/>, 64 bits.</summary>
    Duration,

    /// <summary>Lists with 32-bit offsets into one child.</summary>
    List,

    /// <summary>Records: one child a field, equal lengths.</summary>
    Struct,

    /// <summary>Maps as lists of entries: one child, a struct of key and value.</summary>
    Map,

    /// <summary>IEEE 754 binary16.</summary>
    Float16,

    /// <summary>Scaled 32-bit integer.</summary>
    Decimal32,

    /// <summary>Scaled 256-bit integer.</summary>
    Decimal256,

    /// <summary>UTF-8 text with 64-bit offsets.</summary>
    LargeUtf8,

    /// <summary>Bytes with 64-bit offsets.</summary>
    LargeBinary,

    /// <summary>Months in 32 bits.</summary>
    IntervalYearMonth,

    /// <summary>Days and milliseconds, 32 bits each.</summary>
    IntervalDayTime,

    /// <summary>Months and days in 32 bits each, nanoseconds in 64.</summary>
    IntervalMonthDayNano,

    /// <summary>Lists with 64-bit offsets into one child.</summary>
    LargeList,

    /// <summary>Lists with a 32-bit offset and size each, in any order.</summary>
    ListView,

    /// <summary>Lists with a 64-bit offset and size each, in any order.</summary>
    LargeListView,

    /// <summary>Lists of one length.</summary>
    FixedSizeList,

    /// <summary>One of several types a row; every child has a value for every row.</summary>
    SparseUnion,

    /// <summary>One of several types a row; an offset a row leads into its child.</summary>
    DenseUnion,

    /// <summary>Integers that name rows of a shared array of values.</summary>
    Dictionary,

    /// <summary>Runs of equal values: ascending ends of 16, 32 or 64 bits, and one value a run.</summary>
    RunEndEncoded,
}
