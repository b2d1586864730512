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
    private readonly AllowedFolders _folders;
    private readonly SafeFileHandle _handle;

    /// <summary>Opens a file, which must lie where paths may lead.</summary>
    public LocalFileContent(string name, AllowedFolders folders)
    {
        _name = name;
        _folders = folders;
        _handle = FileErrors.Guard(
            "read", name, () => File.OpenHandle(name, FileMode.Open, FileAccess.Read, Share, FileOptions.SequentialScan));
        try
        {
            folders.CheckOpened(_handle, name);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
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
    public override Stream OpenStream()
    {
        FileStream stream = FileErrors.Guard(
            "read", _name, () => new FileStream(_name, FileMode.Open, FileAccess.Read, Share, bufferSize: 1));
        try
        {
            _folders.CheckOpened(stream.SafeFileHandle, _name);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _handle.Dispose();
}
