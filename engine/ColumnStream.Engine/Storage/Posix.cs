using System;
using System.Runtime.InteropServices;
using ExternalException = ColumnStream.Engine.Errors.ExternalException;

namespace ColumnStream.Engine.Storage;

/// <summary>Calls the file functions of the system whose results the base library hides.</summary>
internal static unsafe partial class Posix
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int Exists = 17;
    public const int LockExclusive = 2;
    public const int LockNoWait = 4;

    private const int WorkingFolder = -100;
    private const string Library = "libc";

    public static int Create => OperatingSystem.IsMacOS() ? 0x200 : 0x40;

    public static int Exclusive => OperatingSystem.IsMacOS() ? 0x800 : 0x80;

    public static int AppendOnly => OperatingSystem.IsMacOS() ? 0x8 : 0x400;

    public static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    public static int Directory => OperatingSystem.IsMacOS() ? 0x100000
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;

    /// <summary>Tells whether an error of link says that the file system has no links: EPERM, ENOSYS, EMLINK, ENOTSUP.</summary>
    public static bool HasNoLinks(int error) =>
        error is 1 or 31 || error == (OperatingSystem.IsMacOS() ? 78 : 38) || error == (OperatingSystem.IsMacOS() ? 45 : 95);

    /// <summary>Renames unless the new name exists.</summary>
    public static int RenameNoReplace(string from, string to) => OperatingSystem.IsMacOS()
        ? RenameExclusive(from, to, 4)
        : RenameAt(WorkingFolder, from, WorkingFolder, to, 1);

    /// <summary>Lets two names of one file system change places.</summary>
    public static int Exchange(string one, string other) => OperatingSystem.IsMacOS()
        ? RenameExclusive(one, other, 2)
        : RenameAt(WorkingFolder, one, WorkingFolder, other, 2);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport(Library, EntryPoint = "renamex_np", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameExclusive(string from, string to, uint flags);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int file, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int file);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int file);

    [LibraryImport(Library, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int file, int operation);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int file, long length);

    /// <summary>Makes the error of the last call.</summary>
    public static ExternalException Error(string what, string path)
    {
        int code = Marshal.GetLastPInvokeError();
        return new ExternalException(
            5001, $"File cannot be {what}: {path}, {Marshal.GetPInvokeErrorMessage(code)}.", retryable: false);
    }
}
