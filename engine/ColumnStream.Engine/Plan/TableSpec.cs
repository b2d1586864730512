using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Is a table as a connector sees it: name, physical columns in declared order, options, keys.</summary>
/// <param name="Name">Full name for messages: <c>default_catalog.default_database.orders</c>.</param>
/// <param name="Connector">Value of the option <c>connector</c>.</param>
/// <param name="Columns">Physical and metadata columns, in declared order.</param>
/// <param name="Options">All WITH options, <c>connector</c> included, hints applied.</param>
/// <param name="PrimaryKey">Columns of the primary key, or none.</param>
/// <param name="PartitionedBy">Partition columns, or none.</param>
/// <param name="Location">Where the table is declared: <c>job.sql:3:1</c>.</param>
public sealed record TableSpec(
    string Name,
    string Connector,
    ValueList<SqlField> Columns,
    ValueList<TableOption> Options,
    ValueList<int> PrimaryKey,
    ValueList<int> PartitionedBy,
    string Location)
{
    /// <summary>Gets a metadata key for each column, empty for one that is none; no keys at all when no column is metadata.</summary>
    public ValueList<string> Metadata { get; init; }

    /// <summary>Gets whether a write replaces all rows of the table, at its end and at once: INSERT OVERWRITE.</summary>
    public bool IsOverwritten { get; init; }

    /// <summary>Returns the metadata key of a column, or null for one of the records themselves.</summary>
    public string? MetadataOf(int column) => Metadata.Count > 0 && Metadata[column].Length > 0 ? Metadata[column] : null;

    /// <summary>Returns an option's value, or null.</summary>
    public string? Option(string key)
    {
        foreach (TableOption option in Options)
        {
            if (option.Key == key)
            {
                return option.Value;
            }
        }

        return null;
    }
}
