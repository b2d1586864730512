using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using ExternalException = ColumnStream.Engine.Errors.ExternalException;

namespace ColumnStream.Engine.Storage;

/// <summary>Keeps a folder for one live process; the system frees it when the process dies, however it dies.</summary>
/// <remarks>Advisory and not for network file systems; the claims of checkpoints stay safe without it.</remarks>
public sealed unsafe class FolderLock : IDisposable
{
    private const string FileName = ".lock";

    private int _file;

    private FolderLock(int file) => _file = file;

    /// <summary>Locks <paramref name="folder"/>, which is made if it does not exist.</summary>
    /// <exception cref="ExternalException">Another live process holds it: names its number. Or it cannot be made.</exception>
    public static FolderLock Acquire(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"Folder cannot be made: {folder}.", retryable: false, failure);
        }

        string path = Path.Combine(folder, FileName);
        int file = Posix.Open(path, Posix.ReadWrite | Posix.Create | Posix.CloseOnExec, 0b110_100_100);
        if (file < 0)
        {
            throw Posix.Error("opened", path);
        }

        if (Posix.Lock(file, Posix.LockExclusive | Posix.LockNoWait) != 0)
        {
            bool held = Marshal.GetLastPInvokeError() == (OperatingSystem.IsMacOS() ? 35 : Posix.WouldBlock);
            ExternalException failure = Posix.Error("locked", path);
            string holder = held ? HolderOf(file) : "";
            _ = Posix.Close(file);
            throw held
                ? new ExternalException(
                    5010, $"Folder is in use by another process: {folder}, process {holder}.", retryable: false)
                : failure;
        }

        byte[] process = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        _ = Posix.Truncate(file, 0);
        fixed (byte* bytes = process)
        {
            _ = Posix.Write(file, bytes, (nuint)process.Length);
        }

        return new FolderLock(file);
    }

    /// <summary>Frees the folder.</summary>
    public void Dispose()
    {
        if (_file >= 0)
        {
            _ = Posix.Close(_file);
            _file = -1;
        }
    }

    /// <summary>Reads who holds the lock, by the descriptor: the base library locks what it opens.</summary>
    private static string HolderOf(int file)
    {
        byte* bytes = stackalloc byte[32];
        nint read = Posix.Read(file, bytes, 32);
        string holder = read > 0 ? Encoding.ASCII.GetString(bytes, (int)read).Trim() : "";
        return holder.Length > 0 ? holder : "unknown";
    }
}
