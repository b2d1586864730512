using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Catalogs;

/// <summary>Keeps versions of a catalog as objects: <c>catalog/000000000012.json</c> is made once, by whoever comes first.</summary>
/// <param name="store">Where the objects lie.</param>
/// <param name="codec">Writes and reads definitions.</param>
/// <param name="warn">Says what could not be read and is kept as it is.</param>
internal sealed class CatalogStore(IObjectStore store, CatalogCodec codec, Action<string> warn)
{
    private const string Folder = "catalog/";
    private const int Kept = 10;
    private IReadOnlyList<DefinitionRecord> _broken = [];

    /// <summary>Reads the newest version; null when there is none.</summary>
    /// <exception cref="ExternalException">It is damaged, or the store failed.</exception>
    public (long Version, CatalogContent Content)? LoadNewest()
    {
        string? newest = store.List(Folder).LastOrDefault(static name => VersionOf(name) is not null);
        if (newest is null || SealedJson.Read(store, newest, StoreJson.Default.CatalogRecord) is not { } record)
        {
            return null;
        }

        if (record.Format > CatalogRecord.CurrentFormat)
        {
            throw new ExternalException(
                5061, $"Catalog {newest} is of format {record.Format}; this version reads up to {CatalogRecord.CurrentFormat}: "
                + "use the newer program.", retryable: false);
        }

        var broken = new List<(DefinitionRecord Definition, string Reason)>();
        CatalogContent content = codec.Read(record, broken).Catalog.Content();
        foreach ((DefinitionRecord definition, string reason) in broken)
        {
            string first = definition.Sql.Split('\n')[0];
            warn($"A definition of the catalog does not work any more and is kept as it is: {first.TrimEnd('(', ' ')}: {reason}");
        }

        _broken = [.. broken.Select(entry => entry.Definition)];
        return (VersionOf(newest)!.Value, content);
    }

    /// <summary>Writes a version; false when there is one of its number.</summary>
    /// <exception cref="ExternalException">The store failed.</exception>
    public bool TryPut(long version, CatalogContent content)
    {
        CatalogRecord record = codec.Write(content, _broken);
        if (!SealedJson.TryCreate(store, NameOf(version), record, StoreJson.Default.CatalogRecord))
        {
            return false;
        }

        if (version > Kept)
        {
            store.Delete([.. store.List(Folder).Where(name => VersionOf(name) <= version - Kept)]);
        }

        return true;
    }

    private static string NameOf(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D12}.json");

    private static long? VersionOf(string name) =>
        name.Length == Folder.Length + 17 && name.EndsWith(".json", StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(Folder.Length, 12), NumberStyles.None, CultureInfo.InvariantCulture, out long version)
            ? version : null;
}
