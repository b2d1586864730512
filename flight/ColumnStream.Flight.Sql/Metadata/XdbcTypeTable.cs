using System.Collections.Generic;

namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>Holds the SQL types as <c>CommandGetXdbcTypeInfo</c> lists them: by JDBC number, then by name.</summary>
internal static class XdbcTypeTable
{
    /// <summary>Gets the rows; numbers are those of JDBC's and ODBC's types.</summary>
    public static IReadOnlyList<XdbcType> Rows { get; } =
    [
        new("TINYINT", -6) { Size = 3, Radix = 10, Unsigned = false, MinimumScale = 0, MaximumScale = 0 },
        new("BIGINT", -5) { Size = 19, Radix = 10, Unsigned = false, MinimumScale = 0, MaximumScale = 0 },
        new("VARBINARY", -3) { Size = int.MaxValue, Prefix = "x'", Suffix = "'", Parameters = ["length"] },
        new("BINARY", -2) { Size = int.MaxValue, Prefix = "x'", Suffix = "'", Parameters = ["length"] },
        new("CHAR", 1)
        {
            Size = int.MaxValue, Prefix = "'", Suffix = "'", Parameters = ["length"], CaseSensitive = true,
            Searchable = 3,
        },
        new("NUMERIC", 2)
        {
            Size = 38, Radix = 10, Unsigned = false, MinimumScale = 0, MaximumScale = 38,
            Parameters = ["precision", "scale"],
        },
        new("DECIMAL", 3)
        {
            Size = 38, Radix = 10, Unsigned = false, MinimumScale = 0, MaximumScale = 38,
            Parameters = ["precision", "scale"],
        },
        new("INTEGER", 4) { Size = 10, Radix = 10, Unsigned = false, MinimumScale = 0, MaximumScale = 0 },
        new("SMALLINT", 5) { Size = 5, Radix = 10, Unsigned = false, MinimumScale = 0, MaximumScale = 0 },
        new("FLOAT", 6) { Size = 24, Radix = 2, Unsigned = false },
        new("REAL", 7) { Size = 24, Radix = 2, Unsigned = false },
        new("DOUBLE", 8) { Size = 53, Radix = 2, Unsigned = false },
        new("VARCHAR", 12)
        {
            Size = int.MaxValue, Prefix = "'", Suffix = "'", Parameters = ["length"], CaseSensitive = true,
            Searchable = 3,
        },
        new("BOOLEAN", 16) { Size = 1 },
        new("DATE", 91) { Size = 10, Prefix = "DATE '", Suffix = "'", SqlType = 9, Subcode = 1 },
        new("TIME", 92)
        {
            Size = 8, Prefix = "TIME '", Suffix = "'", SqlType = 9, Subcode = 2, Parameters = ["precision"],
            MinimumScale = 0, MaximumScale = 9,
        },
        new("TIMESTAMP", 93)
        {
            Size = 29, Prefix = "TIMESTAMP '", Suffix = "'", SqlType = 9, Subcode = 3, Parameters = ["precision"],
            MinimumScale = 0, MaximumScale = 9,
        },
        new("TIMESTAMP_LTZ", 2014)
        {
            Size = 35, Prefix = "TO_TIMESTAMP_LTZ('", Suffix = "')", SqlType = 9, Subcode = 5,
            Parameters = ["precision"], MinimumScale = 0, MaximumScale = 9,
        },
    ];
}
