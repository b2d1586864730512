using System.Collections.Generic;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Is what sessions share of a catalog: everything that is not temporary. It does not change.</summary>
/// <param name="Catalogs">The catalogs with their databases; they are not to be changed either.</param>
/// <param name="Objects">The tables and views in the order in which they were made.</param>
public sealed record CatalogContent(IReadOnlyList<NamedCatalog> Catalogs, IReadOnlyList<CatalogObject> Objects);
