namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Names a schema (Flink's database) of a catalog.</summary>
/// <param name="Catalog">The catalog.</param>
/// <param name="Schema">The schema.</param>
public sealed record SqlSchemaName(string Catalog, string Schema);
