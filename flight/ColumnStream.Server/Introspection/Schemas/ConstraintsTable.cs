using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Is <c>information_schema.table_constraints</c>: one row a primary key.</summary>
internal sealed class ConstraintsTable(Func<CatalogContent> content) : SystemTable
{
    /// <inheritdoc/>
    public override string Database => InformationSchema.Database;

    /// <inheritdoc/>
    public override string Name => "table_constraints";

    /// <inheritdoc/>
    public override string Doc => "Lists primary keys, which are not enforced.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("constraint_catalog", SystemTypes.Text), new("constraint_schema", SystemTypes.Text),
        new("constraint_name", SystemTypes.Text), new("table_catalog", SystemTypes.Text), new("table_schema", SystemTypes.Text),
        new("table_name", SystemTypes.Text), new("constraint_type", SystemTypes.Text), new("enforced", SystemTypes.Text),
    ];

    /// <summary>Names the primary key of a table.</summary>
    public static string KeyName(CatalogTable table) => table.Name.Name + "_pkey";

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        from table in InformationSchema.Of<CatalogTable>(content)
        where table.PrimaryKey.Count > 0
        select new object?[]
        {
            table.Name.Catalog, table.Name.Database, KeyName(table), table.Name.Catalog, table.Name.Database, table.Name.Name,
            "PRIMARY KEY", "NO",
        };
}
