using System;
using System.Runtime.InteropServices;

namespace ColumnStream.Nexmark;

/// <summary>Reads the CPU time of all threads of this process, user and system, in nanoseconds.</summary>
internal static partial class ProcessClock
{
    private const int ProcessCpuTime = 2;

    public static long CpuNs
    {
        get
        {
            if (ReadClock(ProcessCpuTime, out Timespec time) != 0)
            {
                throw new InvalidOperationException("The process clock cannot be read.");
            }

            return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
