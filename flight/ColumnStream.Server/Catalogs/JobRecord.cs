using System.Collections.Generic;

namespace ColumnStream.Server.Catalogs;

/// <summary>Is what is kept of an INSERT job, so that another process can go on with it.</summary>
/// <param name="Name">Its name, which is that of its checkpoints too.</param>
/// <param name="Owner">Who started it.</param>
/// <param name="Statement">The text.</param>
/// <param name="Catalog">The catalog that names without one belong to.</param>
/// <param name="Database">The database that names without one belong to.</param>
/// <param name="StartedMs">When it was started first.</param>
internal sealed record JobRecord(
    string Name, string Owner, string Statement, string Catalog, string Database, long StartedMs)
{
    /// <summary>Gets the options that the session had set.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the values of its parameters.</summary>
    public IReadOnlyList<ParameterRecord> Parameters { get; init; } = [];

    /// <summary>Gets the savepoint that it was stopped with and goes on from, where its checkpoints went with it; else null.</summary>
    public string? RestoreFrom { get; init; }

    /// <summary>Gets the definitions that it was planned with, temporary ones too, since they may change meanwhile.</summary>
    public CatalogRecord? Definitions { get; init; }

    /// <summary>Gets how it stands: RUNNING, or how it ended.</summary>
    public string Status { get; init; } = "RUNNING";

    /// <summary>Gets when it ended, or 0 while it runs.</summary>
    public long EndedMs { get; init; }

    /// <summary>Gets why it failed, or null.</summary>
    public string? Failure { get; init; }
}
