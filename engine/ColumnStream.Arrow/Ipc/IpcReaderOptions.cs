namespace ColumnStream.Arrow.Ipc;

/// <summary>States how a stream or file is read and what it may cost.</summary>
public sealed record IpcReaderOptions
{
    /// <summary>Gets the options that are used when none are given.</summary>
    public static IpcReaderOptions Default { get; } = new();

    /// <summary>Gets the engine's own: text as views, decimals of up to 18 digits in 64 bits.</summary>
    public static IpcReaderOptions Engine { get; } = new() { TextAsViews = true, NarrowDecimals = true };

    /// <summary>Gets whether utf8 and binary columns are delivered as views that share the file's bytes.</summary>
    public bool TextAsViews { get; init; }

    /// <summary>Gets whether decimal128 of precision up to 18 is delivered as decimal64.</summary>
    public bool NarrowDecimals { get; init; }

    /// <summary>Gets whether every text value is checked to be UTF-8.</summary>
    public bool ValidateUtf8 { get; init; }

    /// <summary>Gets the most bytes of one message's metadata, or of a file's footer.</summary>
    public int MaxMetadataBytes { get; init; } = 64 << 20;

    /// <summary>Gets the most bytes of one message's body, as stored and as decompressed.</summary>
    public long MaxBodyBytes { get; init; } = 1L << 31;

    /// <summary>
    /// Gets the most rows of a batch or child whose rows take no bytes: nulls, runs, records without fields, no columns.
    /// </summary>
    public long MaxUnstoredRows { get; init; } = 1L << 24;
}
