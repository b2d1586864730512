using System.Collections.Generic;

namespace ColumnStream.Server.Catalogs;

/// <summary>Is a catalog as it is kept: definitions as statements, secrets by reference.</summary>
/// <param name="Catalogs">The catalogs.</param>
/// <param name="Objects">Tables and views in the order in which they were made.</param>
internal sealed record CatalogRecord(IReadOnlyList<NamedCatalogRecord> Catalogs, IReadOnlyList<DefinitionRecord> Objects)
{
    /// <summary>The format that is written.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Gets the format.</summary>
    public int Format { get; init; } = CurrentFormat;
}
