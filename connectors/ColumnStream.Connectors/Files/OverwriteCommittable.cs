using System.Collections.Generic;
using System.Text.Json;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Files;

/// <summary>Names all parts so far of a table that is being replaced; JSON in the manifest.</summary>
/// <param name="Parts">The parts, each under the name that it keeps.</param>
/// <param name="IsFinal">Whether they are all that the table shall hold.</param>
internal sealed record OverwriteCommittable(IReadOnlyList<FileCommittable> Parts, bool IsFinal)
{
    /// <summary>Reads what <see cref="ToString"/> wrote; names that lead out of the folder are refused.</summary>
    public static OverwriteCommittable Parse(string text)
    {
        OverwriteCommittable? read = null;
        try
        {
            read = JsonSerializer.Deserialize<OverwriteCommittable>(text);
        }
        catch (JsonException)
        {
        }

        if (read?.Parts is null)
        {
            throw new ExternalException(5011, $"Committable cannot be read: {text}.", retryable: false);
        }

        foreach (FileCommittable part in read.Parts)
        {
            FileCommittable.Parse(part.ToString());
        }

        return read;
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this);
}
