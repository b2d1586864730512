using System;
using System.Globalization;
using System.IO;

namespace ColumnStream.Server.Composition;

/// <summary>Limits the runtime's own heap to what <c>memory.limit</c> leaves of the memory that the process may use.</summary>
/// <remarks>
/// The runtime by itself lets its heap grow to three quarters of a container, as if there were no native memory beside it. What is
/// set by hand (<c>DOTNET_GCHeapHardLimit</c>, <c>DOTNET_GCHeapHardLimitPercent</c>) stays.
/// </remarks>
internal static class ManagedHeap
{
    /// <summary>A heap that plans, compiles and serves a few clients; less would fail where it need not.</summary>
    private const long LeastBytes = 128L << 20;

    /// <summary>One sixteenth is for code, stacks and what the system keeps for the process.</summary>
    private const int OtherOneIn = 16;

    private const string LimitName = "GCHeapHardLimit";

    /// <summary>Limits the heap, before much is on it; without a limit of native memory it does nothing.</summary>
    /// <returns>The limit in effect, or null.</returns>
    public static long? Limit(long nativeLimitBytes)
    {
        if (IsSetByHand() || LimitOf(AvailableBytes(), nativeLimitBytes) is not { } limit)
        {
            return null;
        }

        object? before = AppContext.GetData(LimitName);
        AppContext.SetData(LimitName, (ulong)limit);
        try
        {
            GC.RefreshMemoryLimit();
            return limit;
        }
        catch (InvalidOperationException)
        {
            // The heap is larger already, or the system does not let its limit change: it stays as it was.
            AppContext.SetData(LimitName, before);
            return null;
        }
    }

    /// <summary>Returns the limit for the heap beside so much native memory, or null for none.</summary>
    /// <param name="availableBytes">What the process may use in all.</param>
    /// <param name="nativeLimitBytes">What <c>memory.limit</c> gives away.</param>
    public static long? LimitOf(long availableBytes, long nativeLimitBytes) => nativeLimitBytes == long.MaxValue
        ? null : Math.Max(LeastBytes, availableBytes - (availableBytes / OtherOneIn) - nativeLimitBytes);

    /// <summary>Reads the limit of a control group's file: a number, or <c>max</c>, which is none.</summary>
    public static long? ReadLimit(string text) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && bytes < long.MaxValue / 2 ? bytes : null;

    private static bool IsSetByHand()
    {
        foreach (string name in (ReadOnlySpan<string>)[LimitName, LimitName + "Percent"])
        {
            if (Environment.GetEnvironmentVariable("DOTNET_" + name) is not null
                || AppContext.GetData("System.GC." + name[2..]) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The container's limit where there is one, else the machine's memory.</summary>
    private static long AvailableBytes()
    {
        long machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (string path in (ReadOnlySpan<string>)["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"])
        {
            try
            {
                // What the runtime calls available in a container is three quarters of it.
                if (File.Exists(path) && ReadLimit(File.ReadAllText(path)) is { } bytes)
                {
                    return Math.Min(bytes, machine / 3 * 4);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Not to be read is as good as not there: the runtime's own figure remains.
            }
        }

        return machine;
    }
}
