using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Sql;

namespace ColumnStream.Server.Catalogs;

/// <summary>Turns catalogs into what is kept of them, and back by running the definitions.</summary>
/// <param name="planner">Makes a planner with an empty catalog.</param>
/// <param name="vault">Keeps secrets.</param>
internal sealed class CatalogCodec(Func<ScriptPlanner> planner, SecretVault vault)
{
    /// <summary>Gives what is to be kept.</summary>
    /// <param name="content">The catalog.</param>
    /// <param name="more">Further definitions: temporary ones, and such as could not be read.</param>
    public CatalogRecord Write(CatalogContent content, params IEnumerable<DefinitionRecord> more) => new(
        [
            .. content.Catalogs.Select(catalog => new NamedCatalogRecord(
                catalog.Name, catalog.DefaultDatabase, catalog.Comment, Options(catalog.Options),
                [.. catalog.Databases.Values.Select(d => new DatabaseRecord(d.Name, d.Comment, Options(d.Options)))])),
        ],
        [.. content.Objects.Select(Write), .. more]);

    /// <summary>Gives one definition as it is kept.</summary>
    public DefinitionRecord Write(CatalogObject entry)
    {
        (string catalog, string database) = entry is CatalogView view
            ? (view.HomeCatalog, view.HomeDatabase) : (entry.Name.Catalog, entry.Name.Database);
        return new DefinitionRecord(catalog, database, DefinitionCodec.Write(entry, vault.Refer));
    }

    /// <summary>Runs kept definitions in a session of their own.</summary>
    /// <param name="record">What was kept.</param>
    /// <param name="broken">Receives the definitions that cannot be run any more, each with the reason.</param>
    /// <returns>The session, with everything in its catalog.</returns>
    public ScriptPlanner Read(CatalogRecord record, ICollection<(DefinitionRecord Definition, string Reason)> broken)
    {
        ScriptPlanner session = planner();
        session.Catalog.Load(new CatalogContent([.. record.Catalogs.Select(Read)], []));
        foreach (DefinitionRecord definition in record.Objects)
        {
            if (session.Catalog.Catalogs.TryGetValue(definition.Catalog, out NamedCatalog? home)
                && home.Databases.ContainsKey(definition.Database))
            {
                session.Catalog.Use(definition.Catalog, definition.Database);
            }

            string sql = vault.Resolve(definition.Sql, static value => value.Replace("'", "''", StringComparison.Ordinal));
            PlanResult plan = session.Plan(SqlParser.Parse(new SourceText(sql, "catalog")));
            if (!plan.IsSuccess)
            {
                broken.Add((definition, plan.Errors[0].Message));
            }
        }

        session.Catalog.Use(Catalog.DefaultCatalog, Catalog.DefaultDatabase);
        return session;
    }

    private NamedCatalog Read(NamedCatalogRecord record)
    {
        var catalog = new NamedCatalog(record.Name, record.DefaultDatabase, record.Comment, Options(record.Options));
        catalog.Databases.Clear();
        foreach (DatabaseRecord database in record.Databases)
        {
            catalog.Databases[database.Name] = new CatalogDatabase(database.Name, database.Comment, Options(database.Options));
        }

        return catalog;
    }

    private Dictionary<string, string> Options(ValueList<TableOption> options) =>
        options.ToDictionary(o => o.Key, o => vault.Refer(o.Key, o.Value), StringComparer.Ordinal);

    private ValueList<TableOption> Options(IReadOnlyDictionary<string, string> options) =>
        ValueList.From(options.Select(o => new TableOption(o.Key, vault.Resolve(o.Value, static value => value))));
}
