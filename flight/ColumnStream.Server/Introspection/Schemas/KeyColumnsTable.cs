using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Is <c>information_schema.key_column_usage</c>: one row a column of a primary key.</summary>
internal sealed class KeyColumnsTable(Func<CatalogContent> content) : SystemTable
{
    /// <inheritdoc/>
    public override string Database => InformationSchema.Database;

    /// <inheritdoc/>
    public override string Name => "key_column_usage";

    /// <inheritdoc/>
    public override string Doc => "Lists the columns of primary keys.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("constraint_catalog", SystemTypes.Text), new("constraint_schema", SystemTypes.Text),
        new("constraint_name", SystemTypes.Text), new("table_catalog", SystemTypes.Text), new("table_schema", SystemTypes.Text),
        new("table_name", SystemTypes.Text), new("column_name", SystemTypes.Text), new("ordinal_position", SystemTypes.Number),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        InformationSchema.Of<CatalogTable>(content).SelectMany(table => table.PrimaryKey.Select((column, i) => new object?[]
        {
            table.Name.Catalog, table.Name.Database, ConstraintsTable.KeyName(table), table.Name.Catalog, table.Name.Database,
            table.Name.Name, column, i + 1L,
        }));
}
