namespace ColumnStream.Arrow.Ipc;

/// <summary>Names how the buffers of a message body are compressed, each on its own.</summary>
public enum IpcCompression : byte
{
    /// <summary>Not compressed: arrays can point into the file.</summary>
    None,

    /// <summary>LZ4 frames.</summary>
    Lz4,

    /// <summary>Zstandard frames.</summary>
    Zstd,
}
