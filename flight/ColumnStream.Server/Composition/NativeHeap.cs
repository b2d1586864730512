using System;
using System.Runtime.InteropServices;

namespace ColumnStream.Server.Composition;

/// <summary>Gives freed native memory back to the system.</summary>
/// <remarks>The C library keeps what was freed for the next allocation, gigabytes of it if a job had them.</remarks>
internal static unsafe class NativeHeap
{
    /// <summary>glibc's own; other C libraries give back by themselves.</summary>
    private static readonly delegate* unmanaged<nuint, int> s_trim = Find();

    /// <summary>Gives back all whole pages that are free.</summary>
    public static void Trim()
    {
        if (s_trim is not null)
        {
            _ = s_trim(0);
        }
    }

    private static delegate* unmanaged<nuint, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library)
            && NativeLibrary.TryGetExport(library, "malloc_trim", out nint trim)
            ? (delegate* unmanaged<nuint, int>)trim : null;
}
