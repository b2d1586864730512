using System;
using System.Runtime.InteropServices;

namespace ColumnStream.Nexmark;

/// <summary>Reads the CPU time of all threads of this process, user and system, in nanoseconds.</summary>
internal static partial class ProcessClock
{
    private const int ProcessCpuTime = 2;
    private const int ThreadCpuTime = 3;

    public static long CpuNs => Read(ProcessCpuTime);

    /// <summary>Gets the CPU time of the calling thread.</summary>
    public static long ThreadCpuNs => Read(ThreadCpuTime);

    private static long Read(int clock) => ReadClock(clock, out Timespec time) == 0
        ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
        : throw new InvalidOperationException("The clock cannot be read.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
