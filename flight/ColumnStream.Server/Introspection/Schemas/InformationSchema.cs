using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Sql;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Describes the tables of <c>information_schema</c>, with the names that SQL gives them: one entry each.</summary>
/// <remarks>They show what all sessions share, or what one session sees, and the tables of the program itself.</remarks>
internal static class InformationSchema
{
    /// <summary>The database.</summary>
    public const string Database = "information_schema";

    /// <summary>Makes the tables.</summary>
    /// <param name="content">Gives the catalog as it is when a table is read.</param>
    /// <param name="system">Gives the tables of the program.</param>
    public static IReadOnlyList<SystemTable> Tables(Func<CatalogContent> content, Func<IEnumerable<SystemTable>> system) =>
    [
        new SchemaTable(
            "columns", "Lists the columns of tables and views.", ColumnRows.Columns, () => Columns(content(), system())),
        new SchemaTable(
            "key_column_usage", "Lists the columns of primary keys.",
            [
                Text("constraint_catalog"), Text("constraint_schema"), Text("constraint_name"), Text("table_catalog"),
                Text("table_schema"), Text("table_name"), Text("column_name"), new("ordinal_position", SystemTypes.Number),
            ],
            () => KeyColumns(content())),
        new SchemaTable(
            "schemata", "Lists the databases of all catalogs.",
            [Text("catalog_name"), Text("schema_name"), new("schema_owner", SqlType.String)],
            () => Schemata(content())),
        new SchemaTable(
            "table_constraints", "Lists primary keys, which are not enforced.",
            [
                Text("constraint_catalog"), Text("constraint_schema"), Text("constraint_name"), Text("table_catalog"),
                Text("table_schema"), Text("table_name"), Text("constraint_type"), Text("enforced"),
            ],
            () => Constraints(content())),
        new SchemaTable(
            "tables", "Lists tables and views.",
            [
                Text("table_catalog"), Text("table_schema"), Text("table_name"), Text("table_type"), Text("is_insertable_into"),
                new("table_comment", SqlType.String),
            ],
            () => AllTables(content(), system())),
        new SchemaTable(
            "views", "Lists views with their queries.",
            [
                Text("table_catalog"), Text("table_schema"), Text("table_name"), new("view_definition", SqlType.String),
                Text("check_option"), Text("is_updatable"),
            ],
            () => Views(content())),
    ];

    /// <summary>Names the primary key of a table.</summary>
    public static string KeyName(CatalogTable table) => table.Name.Name + "_pkey";

    /// <summary>Writes a truth as the standard has it.</summary>
    public static string YesNo(bool value) => value ? "YES" : "NO";

    /// <summary>Writes a type without its nullability.</summary>
    public static string TypeName(SqlType type) => type.Materialized().WithNullable(true).ToString();

    private static IEnumerable<object?[]> Columns(CatalogContent content, IEnumerable<SystemTable> system) =>
        Of<CatalogObject>(content).SelectMany(entry => entry is CatalogView view
            ? view.Columns.Select((c, i) => ColumnRows.Of(entry.Name, c.Name, c.Type, i, null))
            : ((CatalogTable)entry).Columns.Select(
                (c, i) => ColumnRows.Of(entry.Name, c.Name, c.Type, i, c.Computed is null ? null : c.Text)))
        .Concat(system.SelectMany(table => table.Columns.Select((c, i) => ColumnRows.Of(
            new ObjectName(Catalog.DefaultCatalog, table.Database, table.Name), c.Name, c.Type, i, null))));

    private static IEnumerable<object?[]> KeyColumns(CatalogContent content) =>
        Of<CatalogTable>(content).SelectMany(
            table => table.PrimaryKey.Select((column, i) => (object?[])[.. KeyOf(table), column, i + 1L]));

    private static IEnumerable<object?[]> Schemata(CatalogContent content) =>
        from catalog in content.Catalogs
        let system = catalog.Name == Catalog.DefaultCatalog ? new[] { Catalog.SystemDatabase, Database } : []
        from database in catalog.Databases.Keys.Concat(system).Order(StringComparer.Ordinal)
        select new object?[] { catalog.Name, database, null };

    private static IEnumerable<object?[]> Constraints(CatalogContent content) =>
        from table in Of<CatalogTable>(content)
        where table.PrimaryKey.Count > 0
        select (object?[])[.. KeyOf(table), "PRIMARY KEY", "NO"];

    private static IEnumerable<object?[]> AllTables(CatalogContent content, IEnumerable<SystemTable> system) =>
        Of<CatalogObject>(content).Select(entry => new object?[]
        {
            entry.Name.Catalog, entry.Name.Database, entry.Name.Name,
            entry is CatalogView ? "VIEW" : entry.IsTemporary ? "LOCAL TEMPORARY" : "BASE TABLE",
            YesNo(entry is CatalogTable), entry.Comment,
        }).Concat(system.Select(table => new object?[]
        {
            Catalog.DefaultCatalog, table.Database, table.Name, "SYSTEM TABLE", "NO", table.Doc,
        }));

    private static IEnumerable<object?[]> Views(CatalogContent content) =>
        Of<CatalogView>(content).Select(view => new object?[]
        {
            view.Name.Catalog, view.Name.Database, view.Name.Name, SqlPrinter.Print(view.Query), "NONE", "NO",
        });

    private static object?[] KeyOf(CatalogTable table) =>
        [table.Name.Catalog, table.Name.Database, KeyName(table), table.Name.Catalog, table.Name.Database, table.Name.Name];

    private static IEnumerable<T> Of<T>(CatalogContent content)
        where T : CatalogObject => content.Objects.OfType<T>().OrderBy(o => o.Name.ToString(), StringComparer.Ordinal);

    private static SqlField Text(string name) => new(name, SystemTypes.Text);
}
