namespace ColumnStream.Connectors.Formats;

/// <summary>Names what is wrong with a record.</summary>
public enum DecodeErrorCode : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The text breaks the format's grammar.</summary>
    Syntax,

    /// <summary>The value does not fit the column's type.</summary>
    BadValue,

    /// <summary>The value has the right form and lies outside the type's range.</summary>
    OutOfRange,

    /// <summary>The column is NOT NULL and the value is missing or null.</summary>
    NullValue,

    /// <summary>The field is missing and must be there.</summary>
    MissingField,

    /// <summary>The text is not UTF-8.</summary>
    BadUtf8,

    /// <summary>The record has a wrong number of fields.</summary>
    Ragged,

    /// <summary>The record is larger than a record may be.</summary>
    RecordTooLarge,
}
