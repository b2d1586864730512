using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Is <c>information_schema.columns</c>: one row a column of a table or view.</summary>
internal sealed class ColumnsTable(Func<CatalogContent> content, Func<IEnumerable<SystemTable>> system) : SystemTable
{
    /// <inheritdoc/>
    public override string Database => InformationSchema.Database;

    /// <inheritdoc/>
    public override string Name => "columns";

    /// <inheritdoc/>
    public override string Doc => "Lists the columns of tables and views.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("table_catalog", SystemTypes.Text), new("table_schema", SystemTypes.Text), new("table_name", SystemTypes.Text),
        new("column_name", SystemTypes.Text), new("ordinal_position", SystemTypes.Number), new("column_default", SqlType.String),
        new("is_nullable", SystemTypes.Text), new("data_type", SystemTypes.Text),
        new("character_maximum_length", SqlType.BigInt), new("numeric_precision", SqlType.BigInt),
        new("numeric_precision_radix", SqlType.BigInt), new("numeric_scale", SqlType.BigInt),
        new("datetime_precision", SqlType.BigInt), new("is_generated", SystemTypes.Text),
        new("generation_expression", SqlType.String),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        InformationSchema.Of<CatalogObject>(content).SelectMany(entry => entry is CatalogView view
            ? view.Columns.Select((c, i) => Row(entry.Name, c.Name, c.Type, i, null))
            : ((CatalogTable)entry).Columns.Select(
                (c, i) => Row(entry.Name, c.Name, c.Type, i, c.Computed is null ? null : c.Text)))
        .Concat(system().SelectMany(table => table.Columns.Select((c, i) => Row(
            new ObjectName(Catalog.DefaultCatalog, table.Database, table.Name), c.Name, c.Type, i, null))));

    private static object?[] Row(ObjectName table, string name, SqlType type, int index, string? expression) =>
    [
        table.Catalog, table.Database, table.Name, name, index + 1L, null, InformationSchema.YesNo(type.Nullable),
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
