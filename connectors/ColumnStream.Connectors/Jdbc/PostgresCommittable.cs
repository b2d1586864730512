using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Names the rows that one writer prepared for an epoch, and who it was; JSON in the manifest.</summary>
/// <param name="Sink">Identity of the sink, in the epoch table; it stays with the rows whoever commits them.</param>
/// <param name="Shard">The writer.</param>
/// <param name="Epoch">The epoch in which they were prepared.</param>
/// <param name="Writer">The run that prepared them.</param>
/// <param name="Before">The epoch that the writer knew to be committed last, or 0.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Deletes">How many of them delete.</param>
/// <param name="Layout">What the rows were written for: columns and types.</param>
/// <param name="Parts">Objects that hold them, in order.</param>
/// <param name="Inline">The rows themselves, where they are few; behind those of the parts.</param>
internal sealed record PostgresCommittable(
    string Sink,
    int Shard,
    long Epoch,
    string Writer,
    long Before,
    long Rows,
    long Deletes,
    string Layout,
    IReadOnlyList<StagedPart> Parts,
    byte[] Inline)
{
    /// <summary>Gets the folder of this machine that holds the parts of a job without checkpoints, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Folder { get; init; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static PostgresCommittable Parse(string text)
    {
        PostgresCommittable? read = null;
        try
        {
            read = JsonSerializer.Deserialize<PostgresCommittable>(text);
        }
        catch (JsonException)
        {
        }

        return read is { Sink: not null, Writer: not null, Layout: not null, Parts: not null, Inline: not null }
            && (read.Folder is null or not ("" or "." or "..")) && read.Folder == Path.GetFileName(read.Folder)
            ? read
            : throw new ExternalException(5011, $"Committable cannot be read: {text}.", retryable: false);
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this);
}
