using System.Runtime.InteropServices;

namespace ColumnStream.Microbench;

/// <summary>Reads the CPU time of the calling thread: the machine is shared, walls lie.</summary>
internal static unsafe partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    public static long Nanoseconds()
    {
        long* time = stackalloc long[2];
        _ = ClockGetTime(ThreadCpuTime, time);
        return (time[0] * 1_000_000_000) + time[1];
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, long* time);
}
