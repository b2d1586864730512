using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Makes the rows of <c>information_schema.columns</c>: what SQL says of a column's type.</summary>
internal static class ColumnRows
{
    /// <summary>Gets the columns of the table.</summary>
    public static ValueList<SqlField> Columns { get; } =
    [
        new("table_catalog", SystemTypes.Text), new("table_schema", SystemTypes.Text), new("table_name", SystemTypes.Text),
        new("column_name", SystemTypes.Text), new("ordinal_position", SystemTypes.Number), new("column_default", SqlType.String),
        new("is_nullable", SystemTypes.Text), new("data_type", SystemTypes.Text),
        new("character_maximum_length", SqlType.BigInt), new("numeric_precision", SqlType.BigInt),
        new("numeric_precision_radix", SqlType.BigInt), new("numeric_scale", SqlType.BigInt),
        new("datetime_precision", SqlType.BigInt), new("is_generated", SystemTypes.Text),
        new("generation_expression", SqlType.String),
    ];

    /// <summary>Describes one column.</summary>
    /// <param name="table">The table or view.</param>
    /// <param name="column">The column's name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="index">Its place, from 0.</param>
    /// <param name="expression">What computes it, or null.</param>
    public static object?[] Of(ObjectName table, string column, SqlType type, int index, string? expression) =>
    [
        table.Catalog, table.Database, table.Name, column, index + 1L, null, InformationSchema.YesNo(type.Nullable),
        InformationSchema.TypeName(type), type.IsText ? type.Length : (long?)null, Precision(type),
        type.IsNumeric ? type.Id == SqlTypeId.Decimal ? 10L : 2L : (long?)null,
        type.Id == SqlTypeId.Decimal ? type.Scale : type.IsInteger ? 0L : (long?)null,
        type.Id is SqlTypeId.Time or SqlTypeId.Timestamp or SqlTypeId.TimestampLtz ? type.Precision : (long?)null,
        expression is null ? "NEVER" : "ALWAYS", expression,
    ];

    private static long? Precision(SqlType type) => type.Id switch
    {
        SqlTypeId.TinyInt => 8,
        SqlTypeId.SmallInt => 16,
        SqlTypeId.Integer => 32,
        SqlTypeId.BigInt => 64,
        SqlTypeId.Float => 24,
        SqlTypeId.Double => 53,
        SqlTypeId.Decimal => type.Precision,
        _ => null,
    };
}
