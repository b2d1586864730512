using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Names one prepared part: its hidden name, its visible name, its size and checksum; JSON in the manifest.</summary>
internal sealed record FileCommittable(string Temp, string Final, long Length, uint Crc)
{
    /// <summary>Gets the rows in it, or null where nobody counted.</summary>
    public long? Rows { get; init; }

    /// <summary>Gets the sum of the rows' hashes, or null.</summary>
    public string? Sum { get; init; }

    /// <summary>Gets what makes the object in a bucket; null in a folder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PreparedUpload? Upload { get; init; }

    /// <summary>Describes parts for the ledger; null when the rows of one are not known.</summary>
    public static IReadOnlyList<SinkPart>? Describe(IEnumerable<FileCommittable> parts)
    {
        var described = new List<SinkPart>();
        foreach (FileCommittable part in parts)
        {
            if (part.Rows is not { } rows)
            {
                return null;
            }

            described.Add(new SinkPart(part.Final, rows, part.Sum, part.Length, Checksum.ToText(part.Crc)));
        }

        return described;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; names that lead out of the folder are refused.</summary>
    public static FileCommittable Parse(string text)
    {
        FileCommittable? part = null;
        try
        {
            part = JsonSerializer.Deserialize<FileCommittable>(text);
        }
        catch (JsonException)
        {
        }

        return part is { Upload: null or { Id: not null, Parts: not null } } && IsPlain(part.Temp) && IsPlain(part.Final)
            ? part
            : throw new ExternalException(5011, $"Committable cannot be read: {text}.", retryable: false);
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this);

    private static bool IsPlain(string? name) =>
        !string.IsNullOrEmpty(name) && name is not ("." or "..") && name == Path.GetFileName(name);
}
