namespace ColumnStream.Planner.Catalogs;

/// <summary>Resolves tables and views to their definitions; in memory.</summary>
public sealed class Catalog
{
}
