using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Is a table: columns, watermark, key and options.</summary>
/// <param name="Name">Where it stands.</param>
/// <param name="Columns">All columns in declared order.</param>
/// <param name="Watermark">The watermark, or null.</param>
/// <param name="PrimaryKey">Names of the key columns, or none.</param>
/// <param name="PartitionedBy">Names of the partition columns, or none.</param>
/// <param name="Options">The options of WITH.</param>
/// <param name="Location">Where it is declared: <c>job.sql:3:1</c>.</param>
/// <param name="IsTemporary">Whether it was created TEMPORARY.</param>
/// <param name="Comment">The comment, or null.</param>
public sealed record CatalogTable(
    ObjectName Name,
    ValueList<CatalogColumn> Columns,
    CatalogWatermark? Watermark,
    ValueList<string> PrimaryKey,
    ValueList<string> PartitionedBy,
    ValueList<TableOption> Options,
    string Location,
    bool IsTemporary,
    string? Comment) : CatalogObject(Name, IsTemporary, Comment)
{
    /// <summary>Gets the definition as syntax, LIKE and AS resolved; null for tables made by the program.</summary>
    public CreateTableStatement? Definition { get; init; }

    /// <summary>Returns the table as its connector sees it.</summary>
    /// <param name="options">Stand in place of those of WITH.</param>
    /// <param name="forWrite">Whether the table is written: virtual columns are left out.</param>
    public TableSpec ToSpec(ValueList<TableOption> options, bool forWrite = false)
    {
        CatalogColumn[] physical = [.. Columns.Where(column => column.Physical >= 0 && !(forWrite && column.IsVirtual))];
        string[] names = [.. physical.Select(column => column.Name)];
        return new TableSpec(
            Name.ToString(),
            options.FirstOrDefault(option => option.Key == "connector")?.Value ?? string.Empty,
            ValueList.From(physical.Select(column => new SqlField(column.Name, column.Type.Materialized()))),
            options,
            ValueList.From(PrimaryKey.Select(name => System.Array.IndexOf(names, name))),
            ValueList.From(PartitionedBy.Select(name => System.Array.IndexOf(names, name))),
            Location)
        {
            Metadata = physical.Any(column => column.MetadataKey is not null)
                ? ValueList.From(physical.Select(column => column.MetadataKey ?? string.Empty)) : default,
        };
    }
}
