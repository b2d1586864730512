using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Sql;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Is <c>information_schema.views</c>: one row a view.</summary>
internal sealed class ViewsTable(Func<CatalogContent> content) : SystemTable
{
    /// <inheritdoc/>
    public override string Database => InformationSchema.Database;

    /// <inheritdoc/>
    public override string Name => "views";

    /// <inheritdoc/>
    public override string Doc => "Lists views with their queries.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("table_catalog", SystemTypes.Text), new("table_schema", SystemTypes.Text), new("table_name", SystemTypes.Text),
        new("view_definition", SqlType.String), new("check_option", SystemTypes.Text), new("is_updatable", SystemTypes.Text),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() => InformationSchema.Of<CatalogView>(content).Select(view => new object?[]
    {
        view.Name.Catalog, view.Name.Database, view.Name.Name, SqlPrinter.Print(view.Query), "NONE", "NO",
    });
}
