using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Is a database of a catalog; its tables stand in the <see cref="Catalog"/>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Comment">The comment, or null.</param>
/// <param name="Options">The options of WITH.</param>
public sealed record CatalogDatabase(string Name, string? Comment, ValueList<TableOption> Options);
