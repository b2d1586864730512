using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Is one column of a table.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type; a rowtime column carries its time attribute.</param>
/// <param name="Physical">Position among the columns that the connector sees, or -1 for a computed column.</param>
/// <param name="Computed">The expression of a computed column, over the physical columns.</param>
/// <param name="Text">The expression as written, or null.</param>
/// <param name="Comment">The comment, or null.</param>
public sealed record CatalogColumn(
    string Name, SqlType Type, int Physical, BoundExpression? Computed, string? Text, string? Comment)
{
    /// <summary>Gets the connector's key of a METADATA column, or null.</summary>
    public string? MetadataKey { get; init; }

    /// <summary>Gets whether the column is left out when the table is written.</summary>
    public bool IsVirtual { get; init; }
}
