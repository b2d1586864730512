using System;
using System.IO;
using System.Runtime.InteropServices;
using ExternalException = ColumnStream.Engine.Errors.ExternalException;

namespace ColumnStream.Engine.Storage;

/// <summary>Writes one new file and says honestly whether its bytes reached the disk.</summary>
/// <remarks>
/// The base library's flush to disk reports success when fsync fails, so fsync is called here and its result looked at.
/// After a failed fsync the system drops the written pages: the file is abandoned, a second fsync would lie. One thread.
/// </remarks>
public sealed unsafe class DurableFile : Stream
{
    private const int BufferBytes = 64 << 10;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _file;
    private int _buffered;
    private long _written;
    private uint _checksum;
    private bool _failed;

    private DurableFile(string path, int file)
    {
        Path = path;
        _file = file;
    }

    /// <summary>Gets the path.</summary>
    public string Path { get; }

    /// <summary>Gets the CRC-32C of what was written.</summary>
    public uint Checksum => _checksum;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _written + _buffered;

    /// <inheritdoc/>
    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    /// <summary>Creates a file that must not exist.</summary>
    /// <exception cref="ExternalException">It exists or cannot be created.</exception>
    public static DurableFile Create(string path) => TryCreate(path) ?? throw Posix.Error("created", path);

    /// <summary>Creates a file, or returns null if it exists.</summary>
    /// <exception cref="ExternalException">It cannot be created.</exception>
    public static DurableFile? TryCreate(string path)
    {
        int flags = Posix.WriteOnly | Posix.Create | Posix.Exclusive | Posix.CloseOnExec;
        int file;
        do
        {
            file = Posix.Open(path, flags, 0b110_100_100);
        }
        while (file < 0 && Marshal.GetLastPInvokeError() == Posix.Interrupted);
        if (file >= 0)
        {
            return new DurableFile(path, file);
        }

        return Marshal.GetLastPInvokeError() == Posix.Exists ? null : throw Posix.Error("created", path);
    }

    /// <summary>Opens a file whose bytes all go behind its end; makes it if it does not exist.</summary>
    /// <exception cref="ExternalException">It cannot be opened.</exception>
    public static DurableFile Append(string path)
    {
        int file;
        do
        {
            file = Posix.Open(path, Posix.WriteOnly | Posix.Create | Posix.AppendOnly | Posix.CloseOnExec, 0b110_100_100);
        }
        while (file < 0 && Marshal.GetLastPInvokeError() == Posix.Interrupted);
        return file < 0 ? throw Posix.Error("opened", path) : new DurableFile(path, file);
    }

    /// <summary>Makes names created, linked or removed in a folder survive a crash.</summary>
    /// <exception cref="ExternalException">The folder cannot be opened or synced.</exception>
    public static void SyncFolder(string path)
    {
        int folder = Posix.Open(path, Posix.ReadOnly | Posix.Directory | Posix.CloseOnExec, 0);
        if (folder < 0)
        {
            throw Posix.Error("opened", path);
        }

        int result = Posix.Sync(folder);
        ExternalException? failure = result == 0 ? null : Posix.Error("synced", path);
        _ = Posix.Close(folder);
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Gives a file a second name if nobody has it; false if it exists.</summary>
    /// <exception cref="ExternalException">The link fails for another reason.</exception>
    public static bool TryLink(string path, string newPath)
    {
        if (Posix.Link(path, newPath) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Posix.Exists ? false : throw Posix.Error("linked", newPath);
    }

    /// <summary>Moves a file to a name that nobody has; false, and the file is gone, if it exists.</summary>
    /// <exception cref="ExternalException">The move fails for another reason.</exception>
    public static bool TryPublish(string path, string newPath)
    {
        if (Posix.Link(path, newPath) == 0)
        {
            Remove(path);
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        if (Posix.HasNoLinks(error) && TryRename(path, newPath))
        {
            return true;
        }

        if (error != Posix.Exists && !Posix.HasNoLinks(error))
        {
            throw Posix.Error("linked", newPath);
        }

        Remove(path);
        return false;
    }

    /// <summary>Removes a name; nothing happens if it does not exist.</summary>
    /// <exception cref="ExternalException">It exists and cannot be removed.</exception>
    public static void Remove(string path)
    {
        if (Posix.Unlink(path) != 0 && Marshal.GetLastPInvokeError() != Posix.NoEntry)
        {
            throw Posix.Error("removed", path);
        }
    }

    /// <summary>Renames a file unless the new name exists: for file systems without links.</summary>
    internal static bool TryRename(string path, string newPath)
    {
        if (Posix.RenameNoReplace(path, newPath) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Posix.Exists ? false : throw Posix.Error("renamed", newPath);
    }

    /// <summary>Lets two files or folders of one file system swap their names at once: nobody sees one of them missing.</summary>
    /// <exception cref="ExternalException">One does not exist, or the file system cannot.</exception>
    public static void Exchange(string path, string other)
    {
        if (Posix.Exchange(path, other) != 0)
        {
            throw Posix.Error("exchanged", other);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _checksum = Crc32C.Append(_checksum, buffer);
        if (buffer.Length <= BufferBytes - _buffered)
        {
            buffer.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += buffer.Length;
            return;
        }

        Flush();
        if (buffer.Length >= BufferBytes)
        {
            WriteAll(buffer);
        }
        else
        {
            buffer.CopyTo(_buffer);
            _buffered = buffer.Length;
        }
    }

    /// <summary>Hands buffered bytes to the system; they may still be lost in a crash.</summary>
    public override void Flush()
    {
        WriteAll(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    /// <summary>Makes all bytes written so far survive a crash.</summary>
    /// <exception cref="ExternalException">They may be lost; the file is of no use any more.</exception>
    public void Sync()
    {
        Flush();
        Check();
        if (Posix.Sync(_file) != 0)
        {
            _failed = true;
            throw Posix.Error("synced", Path);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Closes the file; bytes that were not synced may be lost.</summary>
    protected override void Dispose(bool disposing)
    {
        if (_file >= 0)
        {
            _ = Posix.Close(_file);
            _file = -1;
        }

        base.Dispose(disposing);
    }

    private void WriteAll(ReadOnlySpan<byte> bytes)
    {
        Check();
        fixed (byte* start = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint written = Posix.Write(_file, start + done, (nuint)(bytes.Length - done));
                if (written < 0)
                {
                    if (Marshal.GetLastPInvokeError() == Posix.Interrupted)
                    {
                        continue;
                    }

                    _failed = true;
                    throw Posix.Error("written", Path);
                }

                done += (int)written;
            }
        }

        _written += bytes.Length;
    }

    private void Check()
    {
        ObjectDisposedException.ThrowIf(_file < 0, this);
        if (_failed)
        {
            throw new ExternalException(5001, $"File failed before and is abandoned: {Path}.", retryable: false);
        }
    }
}
