namespace ColumnStream.Sql.Ast.Types;

/// <summary>Names a type without parts; synonyms are resolved (INTEGER is Int, NUMERIC is Decimal).</summary>
public enum ScalarTypeName
{
    /// <summary>Is <c>CHAR(n)</c>.</summary>
    Char,

    /// <summary>Is <c>VARCHAR(n)</c>.</summary>
    VarChar,

    /// <summary>Is <c>STRING</c>: VARCHAR of the greatest length.</summary>
    String,

    /// <summary>Is <c>BOOLEAN</c>.</summary>
    Boolean,

    /// <summary>Is <c>BINARY(n)</c>.</summary>
    Binary,

    /// <summary>Is <c>VARBINARY(n)</c>.</summary>
    VarBinary,

    /// <summary>Is <c>BYTES</c>: VARBINARY of the greatest length.</summary>
    Bytes,

    /// <summary>Is <c>DECIMAL(p, s)</c>, DEC or NUMERIC.</summary>
    Decimal,

    /// <summary>Is <c>TINYINT</c>.</summary>
    TinyInt,

    /// <summary>Is <c>SMALLINT</c>.</summary>
    SmallInt,

    /// <summary>Is <c>INT</c> or INTEGER.</summary>
    Int,

    /// <summary>Is <c>BIGINT</c>.</summary>
    BigInt,

    /// <summary>Is <c>FLOAT</c>.</summary>
    Float,

    /// <summary>Is <c>DOUBLE</c> or DOUBLE PRECISION.</summary>
    Double,

    /// <summary>Is <c>DATE</c>.</summary>
    Date,

    /// <summary>Is <c>TIME(p)</c>.</summary>
    Time,

    /// <summary>Is <c>TIMESTAMP(p)</c>, also WITHOUT TIME ZONE.</summary>
    Timestamp,

    /// <summary>Is <c>TIMESTAMP(p) WITH TIME ZONE</c>.</summary>
    TimestampTz,

    /// <summary>Is <c>TIMESTAMP_LTZ(p)</c>, also TIMESTAMP(p) WITH LOCAL TIME ZONE.</summary>
    TimestampLtz,

    /// <summary>Is <c>VARIANT</c>.</summary>
    Variant,

    /// <summary>Is <c>BITMAP</c>.</summary>
    Bitmap,

    /// <summary>Is <c>DESCRIPTOR</c>: column names as an argument.</summary>
    Descriptor,

    /// <summary>Is <c>NULL</c>, the type of a bare NULL.</summary>
    Null,
}
