using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Knows which SQL type goes into which type of PostgreSQL without loss.</summary>
internal static class CopyTypes
{
    private const int HeaderBytes = 4;

    /// <summary>Refuses tables with columns that no database column takes; needs no database.</summary>
    public static void Check(TableSpec table, JdbcOptions options)
    {
        _ = options;
        foreach (SqlField column in table.Columns)
        {
            SqlType type = column.Type;
            string? advice = type.Id switch
            {
                SqlTypeId.Map or SqlTypeId.Row or SqlTypeId.Multiset =>
                    "Write JSON_STRING or single fields: a database column holds none of MAP, ROW and MULTISET",
                SqlTypeId.Array when type.Element!.IsNested => "An array may hold plain values only",
                SqlTypeId.Array when IsFine(type.Element!) => Micros,
                _ when IsFine(type) => Micros,
                _ => null,
            };
            if (advice is not null)
            {
                throw OptionReader.Error(
                    table, 3113, $"Column does not fit the connector: {column.Name} {type.ToString()} for 'jdbc'. {advice}.");
            }
        }
    }

    /// <summary>Returns how values of a SQL type are written into a column, or null where they would not fit.</summary>
    public static CopyKind? Find(SqlType type, PostgresColumn to) =>
        type.Id == SqlTypeId.Array
            ? to.Element is { } element && Scalar(type.Element!, element, isEnum: false, to.Modifier) is not null
                ? CopyKind.Array : null
            : Scalar(type, to.Type, to.IsEnum, to.Modifier);

    /// <summary>Returns how values inside an array are written.</summary>
    public static CopyKind ElementOf(SqlType type, PostgresColumn to) =>
        Scalar(type.Element!, to.Element!, isEnum: false, to.Modifier)!.Value;

    /// <summary>Says which types of the database take a SQL type.</summary>
    public static string Expected(SqlType type) => type.Id switch
    {
        SqlTypeId.Boolean => "boolean",
        SqlTypeId.TinyInt or SqlTypeId.SmallInt => "smallint, integer, bigint or numeric",
        SqlTypeId.Integer => "integer, bigint or numeric",
        SqlTypeId.BigInt => "bigint or numeric",
        SqlTypeId.Float => "real or double precision",
        SqlTypeId.Double => "double precision",
        SqlTypeId.Decimal => $"numeric({type.Precision},{type.Scale}) or a wider one",
        SqlTypeId.Char or SqlTypeId.VarChar => "text, varchar, char, json, jsonb, uuid or an enumeration",
        SqlTypeId.Binary or SqlTypeId.VarBinary => "bytea",
        SqlTypeId.Date => "date",
        SqlTypeId.Time => "time",
        SqlTypeId.Timestamp => "timestamp without time zone",
        SqlTypeId.TimestampLtz => "timestamp with time zone",
        SqlTypeId.Array => $"an array of {Expected(type.Element!)}",
        _ => "interval",
    };

    /// <summary>Returns the most characters that a text column takes, or -1 for any number.</summary>
    public static int LengthOf(PostgresColumn column) =>
        (column.Element ?? column.Type) is "varchar" or "bpchar" && column.Modifier >= HeaderBytes
            ? column.Modifier - HeaderBytes
            : -1;

    private static string Micros => "PostgreSQL keeps microseconds: CAST to a precision of 6";

    private static bool IsFine(SqlType type) => type.IsTimestamp && type.Precision > 6;

    private static CopyKind? Scalar(SqlType type, string to, bool isEnum, int modifier) => type.Id switch
    {
        SqlTypeId.Boolean when to == "bool" => CopyKind.Boolean,
        SqlTypeId.TinyInt or SqlTypeId.SmallInt when to == "int2" => CopyKind.Int2,
        SqlTypeId.TinyInt or SqlTypeId.SmallInt or SqlTypeId.Integer when to == "int4" => CopyKind.Int4,
        >= SqlTypeId.TinyInt and <= SqlTypeId.BigInt when to == "int8" => CopyKind.Int8,
        >= SqlTypeId.TinyInt and <= SqlTypeId.BigInt when to == "numeric" && Holds(modifier, Digits(type), 0) =>
            CopyKind.NumericOfInteger,
        SqlTypeId.Float when to == "float4" => CopyKind.Float4,
        SqlTypeId.Float or SqlTypeId.Double when to == "float8" => CopyKind.Float8,
        SqlTypeId.Decimal when to == "numeric" && Holds(modifier, type.Precision - type.Scale, type.Scale) =>
            CopyKind.NumericOfDecimal,
        SqlTypeId.Char or SqlTypeId.VarChar when isEnum || to is "text" or "varchar" or "bpchar" or "json" or "citext" =>
            CopyKind.Text,
        SqlTypeId.Char or SqlTypeId.VarChar when to == "jsonb" => CopyKind.Jsonb,
        SqlTypeId.Char or SqlTypeId.VarChar when to == "uuid" => CopyKind.Uuid,
        SqlTypeId.Binary or SqlTypeId.VarBinary when to == "bytea" => CopyKind.Bytes,
        SqlTypeId.Date when to == "date" => CopyKind.Date,
        SqlTypeId.Time when to == "time" => CopyKind.Time,
        SqlTypeId.Timestamp when to == "timestamp" && Keeps(modifier, type) => CopyKind.Timestamp,
        SqlTypeId.TimestampLtz when to == "timestamptz" && Keeps(modifier, type) => CopyKind.Timestamp,
        SqlTypeId.IntervalYearMonth when to == "interval" => CopyKind.IntervalOfMonths,
        SqlTypeId.IntervalDayTime when to == "interval" => CopyKind.IntervalOfMillis,
        _ => null,
    };

    private static int Digits(SqlType type) => type.Id switch
    {
        SqlTypeId.TinyInt => 3,
        SqlTypeId.SmallInt => 5,
        SqlTypeId.Integer => 10,
        _ => 19,
    };

    private static bool Keeps(int modifier, SqlType type) => modifier < 0 || modifier >= type.Precision;

    /// <summary>Tells whether numeric with a modifier holds so many digits before and behind the point.</summary>
    private static bool Holds(int modifier, int before, int behind)
    {
        if (modifier < HeaderBytes)
        {
            return true;
        }

        int precision = ((modifier - HeaderBytes) >> 16) & 0xFFFF;
        int scale = (((modifier - HeaderBytes) & 0x7FF) ^ 1024) - 1024;
        return scale >= behind && precision - scale >= before;
    }
}
