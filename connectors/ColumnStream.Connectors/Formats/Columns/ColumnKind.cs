namespace ColumnStream.Connectors.Formats.Columns;

/// <summary>Names how a decoder parses and stores a column's values; the one switch of the hot loops.</summary>
internal enum ColumnKind : byte
{
    /// <summary>One byte a value, packed when the batch is made.</summary>
    Boolean,

    /// <summary>Signed 8 bits.</summary>
    Int8,

    /// <summary>Signed 16 bits.</summary>
    Int16,

    /// <summary>Signed 32 bits.</summary>
    Int32,

    /// <summary>Signed 64 bits.</summary>
    Int64,

    /// <summary>Binary32.</summary>
    Float32,

    /// <summary>Binary64.</summary>
    Float64,

    /// <summary>Scaled 64 bits.</summary>
    Decimal64,

    /// <summary>Scaled 128 bits.</summary>
    Decimal128,

    /// <summary>Text as views.</summary>
    Text,

    /// <summary>Bytes as views.</summary>
    Bytes,

    /// <summary>Days, 32 bits.</summary>
    Date,

    /// <summary>Milliseconds of the day, 32 bits.</summary>
    Time,

    /// <summary>Local date-time, 64 bits.</summary>
    Timestamp,

    /// <summary>Instant, 64 bits.</summary>
    TimestampLtz,

    /// <summary>List with 32-bit offsets.</summary>
    List,

    /// <summary>Record of fields.</summary>
    Row,

    /// <summary>Map: a list of records of key and value.</summary>
    Map,
}
