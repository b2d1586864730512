using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Is <c>information_schema.tables</c>: one row a table or view.</summary>
internal sealed class TablesTable(Func<CatalogContent> content, Func<IEnumerable<SystemTable>> system) : SystemTable
{
    /// <inheritdoc/>
    public override string Database => InformationSchema.Database;

    /// <inheritdoc/>
    public override string Name => "tables";

    /// <inheritdoc/>
    public override string Doc => "Lists tables and views.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("table_catalog", SystemTypes.Text), new("table_schema", SystemTypes.Text), new("table_name", SystemTypes.Text),
        new("table_type", SystemTypes.Text), new("is_insertable_into", SystemTypes.Text), new("table_comment", SqlType.String),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        InformationSchema.Of<CatalogObject>(content).Select(entry => new object?[]
        {
            entry.Name.Catalog, entry.Name.Database, entry.Name.Name, entry is CatalogView ? "VIEW" : "BASE TABLE",
            InformationSchema.YesNo(entry is CatalogTable), entry.Comment,
        }).Concat(system().Select(table => new object?[]
        {
            Catalog.DefaultCatalog, table.Database, table.Name, "SYSTEM TABLE", "NO", table.Doc,
        }));
}
