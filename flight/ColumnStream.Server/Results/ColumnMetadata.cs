using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Server.Results;

/// <summary>Tells clients the SQL type of a column beside its Arrow type, by the keys that Flight SQL has for it.</summary>
internal static class ColumnMetadata
{
    /// <summary>The key of the SQL type.</summary>
    public const string TypeNameKey = Prefix + "TYPE_NAME";

    private const string Prefix = "ARROW:FLIGHT:SQL:";

    /// <summary>Returns the entries.</summary>
    public static ValueList<MetadataEntry> Of(SqlType type)
    {
        SqlType plain = type.Materialized().WithNullable(true);
        MetadataEntry name = new(TypeNameKey, plain.ToString());
        int? precision = Precision(plain);
        return (precision, plain.Id) switch
        {
            (int digits, SqlTypeId.Decimal) =>
                [name, Entry("PRECISION", digits), Entry("SCALE", plain.Scale)],
            (int digits, _) => [name, Entry("PRECISION", digits)],
            _ => [name],
        };
    }

    /// <summary>Returns digits of a number or a time, or characters of text; null of others.</summary>
    public static int? Precision(SqlType type) => type.Id switch
    {
        SqlTypeId.TinyInt => 3,
        SqlTypeId.SmallInt => 5,
        SqlTypeId.Integer => 10,
        SqlTypeId.BigInt => 19,
        SqlTypeId.Float => 7,
        SqlTypeId.Double => 15,
        SqlTypeId.Decimal or SqlTypeId.Time or SqlTypeId.Timestamp or SqlTypeId.TimestampLtz => type.Precision,
        SqlTypeId.Char or SqlTypeId.VarChar or SqlTypeId.Binary or SqlTypeId.VarBinary => type.Length,
        _ => null,
    };

    private static MetadataEntry Entry(string key, int value) =>
        new(Prefix + key, value.ToString(CultureInfo.InvariantCulture));
}
