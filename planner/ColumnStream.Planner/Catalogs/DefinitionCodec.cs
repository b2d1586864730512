using System;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Writes tables and views as the statements that make them, for keeping; planning them again gives them back.</summary>
public static class DefinitionCodec
{
    /// <summary>Writes the statement, with full names.</summary>
    /// <param name="entry">A table that has a definition, or a view.</param>
    /// <param name="option">Gives the text that stands for the value of an option's key.</param>
    public static string Write(CatalogObject entry, Func<string, string, string> option) => entry switch
    {
        CatalogTable { Definition: not null } table => DefinitionText.Of(table, option),
        CatalogView view => DefinitionText.Of(view),
        _ => throw new InvariantException(9001, $"Definition cannot be written: {entry.Name}."),
    };
}
