using System.IO;
using System.Text.Json;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Files;

/// <summary>Names one prepared part: its hidden name, its visible name, its size and checksum; JSON in the manifest.</summary>
internal sealed record FileCommittable(string Temp, string Final, long Length, uint Crc)
{
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

        return part is not null && IsPlain(part.Temp) && IsPlain(part.Final)
            ? part
            : throw new ExternalException(5011, $"Committable cannot be read: {text}.", retryable: false);
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this);

    private static bool IsPlain(string? name) =>
        !string.IsNullOrEmpty(name) && name is not ("." or "..") && name == Path.GetFileName(name);
}
