namespace ColumnStream.Server.Catalogs;

/// <summary>Is one table or view as it is kept.</summary>
/// <param name="Catalog">The catalog that names without one belong to in it.</param>
/// <param name="Database">The database that names without one belong to in it.</param>
/// <param name="Sql">The statement that makes it, secrets by reference.</param>
internal sealed record DefinitionRecord(string Catalog, string Database, string Sql);
