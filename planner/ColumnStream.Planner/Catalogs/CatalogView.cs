using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Is a view, which is expanded where it is used.</summary>
/// <param name="Name">Where it stands.</param>
/// <param name="Columns">The columns as they were when it was created.</param>
/// <param name="Query">The query.</param>
/// <param name="Source">The text that the query's spans point into.</param>
/// <param name="IsTemporary">Whether it was created TEMPORARY.</param>
/// <param name="Comment">The comment, or null.</param>
public sealed record CatalogView(
    ObjectName Name, ValueList<SqlField> Columns, Query Query, SourceText Source, bool IsTemporary, string? Comment)
    : CatalogObject(Name, IsTemporary, Comment)
{
    /// <summary>Gets the catalog that names without one belong to in the query.</summary>
    public string HomeCatalog { get; init; } = Name.Catalog;

    /// <summary>Gets the database that names without one belong to in the query.</summary>
    public string HomeDatabase { get; init; } = Name.Database;
}
