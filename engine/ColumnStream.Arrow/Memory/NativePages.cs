using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.Memory;

/// <summary>Declares what is used of the C library to map and protect pages.</summary>
internal static unsafe partial class NativePages
{
    public const int None = 0;
    public const int ReadWrite = 3;
    public const int PrivateAnonymous = 0x22;
    public const int Fixed = 0x10;
    public const int NoReserve = 0x4000;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial byte* Map(byte* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(byte* address, nuint length);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Protect(byte* address, nuint length, int protection);
}
