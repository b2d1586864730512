using System.Text.Json;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Files;

/// <summary>Says where to go on in one file; what a checkpoint stores, as JSON.</summary>
/// <param name="Offset">Bytes for formats of lines, rows for container files.</param>
/// <param name="Line">Line at the offset, from 1.</param>
/// <param name="Bytes">Size that the file must have at least.</param>
/// <param name="Check">Checksum of the last 4 KiB before <paramref name="Bytes"/>, so that another file is noticed.</param>
/// <param name="Done">Whether the file was read to its end.</param>
internal sealed record FilePosition(long Offset, long Line, long Bytes, uint Check, bool Done)
{
    /// <summary>Gets the beginning of any file.</summary>
    public static FilePosition Start { get; } = new(0, 1, 0, 0, false);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static FilePosition Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<FilePosition>(text) ?? throw new JsonException("No position.");
        }
        catch (JsonException e)
        {
            throw new ExternalException(5011, $"File position in checkpoint cannot be read: {text}.", retryable: false, e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this);
}
