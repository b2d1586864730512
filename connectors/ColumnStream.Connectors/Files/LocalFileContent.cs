using System;
using System.IO;
using ColumnStream.Engine.Errors;
using Microsoft.Win32.SafeHandles;

namespace ColumnStream.Connectors.Files;

/// <summary>Is a file of this machine, which may grow.</summary>
internal sealed class LocalFileContent : FileContent
{
    private const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
    private readonly string _name;
    private readonly SafeFileHandle _handle;

    /// <summary>Opens a file.</summary>
    public LocalFileContent(string name)
    {
        _name = name;
        _handle = FileErrors.Guard(
            "read", name, () => File.OpenHandle(name, FileMode.Open, FileAccess.Read, Share, FileOptions.SequentialScan));
    }

    /// <inheritdoc/>
    public override long Length => FileErrors.Guard("read", _name, () => RandomAccess.GetLength(_handle));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, long offset)
    {
        try
        {
            return RandomAccess.Read(_handle, buffer, offset);
        }
        catch (IOException e)
        {
            throw new ExternalException(FileErrors.Code, $"File cannot be read: {_name}. {e.Message}", retryable: false, e);
        }
    }

    /// <inheritdoc/>
    public override uint Check(long end) => Checksum.OfTail(this, end);

    /// <inheritdoc/>
    public override Stream OpenStream() => FileErrors.Guard(
        "read", _name, () => new FileStream(_name, FileMode.Open, FileAccess.Read, Share, bufferSize: 1));

    /// <inheritdoc/>
    public override void Dispose() => _handle.Dispose();
}
