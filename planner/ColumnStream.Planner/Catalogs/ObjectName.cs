namespace ColumnStream.Planner.Catalogs;

/// <summary>Names a table or view in full.</summary>
/// <param name="Catalog">The catalog.</param>
/// <param name="Database">The database.</param>
/// <param name="Name">The table or view.</param>
public sealed record ObjectName(string Catalog, string Database, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Catalog}.{Database}.{Name}";
}
