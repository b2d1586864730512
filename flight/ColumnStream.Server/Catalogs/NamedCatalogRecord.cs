using System.Collections.Generic;

namespace ColumnStream.Server.Catalogs;

/// <summary>Is one catalog as it is kept.</summary>
/// <param name="Name">The name.</param>
/// <param name="DefaultDatabase">The database that USE CATALOG chooses.</param>
/// <param name="Comment">The comment, or null.</param>
/// <param name="Options">The options of WITH, secrets by reference.</param>
/// <param name="Databases">The databases.</param>
internal sealed record NamedCatalogRecord(
    string Name, string DefaultDatabase, string? Comment, IReadOnlyDictionary<string, string> Options,
    IReadOnlyList<DatabaseRecord> Databases);
