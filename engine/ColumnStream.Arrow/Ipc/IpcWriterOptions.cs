using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>States how a stream or file is written.</summary>
public sealed record IpcWriterOptions
{
    /// <summary>Gets the options that are used when none are given.</summary>
    public static IpcWriterOptions Default { get; } = new();

    /// <summary>Gets how bodies are compressed.</summary>
    public IpcCompression Compression { get; init; }

    /// <summary>Gets the Zstandard level; 1 is fastest.</summary>
    public int ZstdLevel { get; init; } = 1;

    /// <summary>
    /// Gets whether view columns stay views; else they are written with offsets, which every client reads.
    /// </summary>
    public bool TextAsViews { get; init; }

    /// <summary>Gets key-value metadata of the schema's message, which is not the schema's own.</summary>
    public ValueList<MetadataEntry> Metadata { get; init; }

    /// <summary>Gets whether decimal64 is written in 64 bits; else it is widened to decimal128.</summary>
    public bool KeepDecimal64 { get; init; }
}
