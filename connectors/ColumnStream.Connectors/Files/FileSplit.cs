namespace ColumnStream.Connectors.Files;

/// <summary>Is one file with the place where reading goes on.</summary>
internal sealed class FileSplit(FileName file, FilePosition position)
{
    /// <summary>Gets the file.</summary>
    public FileName File { get; } = file;

    /// <summary>Gets or sets where reading goes on.</summary>
    public FilePosition Position { get; set; } = position;

    /// <summary>Gets or sets the size when it was last listed.</summary>
    public long ListedBytes { get; set; } = file.Bytes;
}
