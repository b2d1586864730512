namespace ColumnStream.Testing.Chaos;

/// <summary>Is one sink of a job under faults.</summary>
/// <param name="Name">The table, which is its folder.</param>
/// <param name="Oracle">
/// A query of SQLite over <c>src (id)</c> that says what must stand there, columns in their order; null where only a run without faults can tell.
/// </param>
/// <param name="Key">The columns by which its changes replace one another; null where it takes rows only.</param>
public sealed record ShapeSink(string Name, string? Oracle, string? Key = null)
{
    /// <summary>Gets whether the parts hold changes (debezium-json) that are applied in the order of epochs.</summary>
    public bool IsChangelog => Key is not null;
}
