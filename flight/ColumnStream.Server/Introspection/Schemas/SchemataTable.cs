using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Is <c>information_schema.schemata</c>: one row a database.</summary>
internal sealed class SchemataTable(Func<CatalogContent> content) : SystemTable
{
    /// <inheritdoc/>
    public override string Database => InformationSchema.Database;

    /// <inheritdoc/>
    public override string Name => "schemata";

    /// <inheritdoc/>
    public override string Doc => "Lists the databases of all catalogs.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("catalog_name", SystemTypes.Text), new("schema_name", SystemTypes.Text), new("schema_owner", SqlType.String),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        from catalog in content().Catalogs
        let system = catalog.Name == Catalog.DefaultCatalog
            ? new[] { Catalog.SystemDatabase, InformationSchema.Database } : []
        from database in catalog.Databases.Keys.Concat(system).Order(StringComparer.Ordinal)
        select new object?[] { catalog.Name, database, null };
}
