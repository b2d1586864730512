using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Makes the tables of <c>information_schema</c>, with the names that SQL gives them: one line each.</summary>
/// <remarks>They show what is not temporary, and the tables of the program itself.</remarks>
internal static class InformationSchema
{
    /// <summary>The database.</summary>
    public const string Database = "information_schema";

    /// <summary>Makes the tables.</summary>
    /// <param name="content">Gives the catalog as it is when a table is read.</param>
    /// <param name="system">Gives the tables of the program.</param>
    public static IReadOnlyList<SystemTable> Tables(Func<CatalogContent> content, Func<IEnumerable<SystemTable>> system) =>
    [
        new ColumnsTable(content, system), new KeyColumnsTable(content), new SchemataTable(content), new ConstraintsTable(content),
        new TablesTable(content, system), new ViewsTable(content),
    ];

    /// <summary>Writes a truth as the standard has it.</summary>
    public static string YesNo(bool value) => value ? "YES" : "NO";

    /// <summary>Writes a type without its nullability.</summary>
    public static string TypeName(SqlType type) => type.Materialized().WithNullable(true).ToString();

    /// <summary>Gives the objects of a catalog, by name.</summary>
    public static IEnumerable<T> Of<T>(Func<CatalogContent> content)
        where T : CatalogObject => content().Objects.OfType<T>().OrderBy(o => o.Name.ToString(), StringComparer.Ordinal);
}
