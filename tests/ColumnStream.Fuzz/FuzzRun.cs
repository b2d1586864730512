using System;
using System.Diagnostics.CodeAnalysis;

namespace ColumnStream.Fuzz;

/// <summary>Walks the cases of one slice: gives each its own random numbers, notes where it stands, counts outcomes.</summary>
/// <remarks>A case depends on the slice's seed and its own number only, so that one line replays it.</remarks>
internal sealed class FuzzRun(int seed, int first, int count, int plant, CaseLog? log)
{
    /// <summary>Bounds what one case may take of either memory; inputs are far below 1 MiB.</summary>
    public const long MostBytes = 64 << 20;

    private long _allocatedBytes;

    /// <summary>Gets the seed of the slice.</summary>
    public int Seed { get; } = seed;

    /// <summary>Gets the number of cases after the first.</summary>
    public int Count { get; } = count;

    /// <summary>Gets the planted bug, or 0.</summary>
    public int Plant { get; } = plant;

    public int Case { get; private set; } = first - 1;

    public int Reached { get; set; }

    public int Rejected { get; set; }

    /// <summary>Gets numbers for what all cases of the slice share.</summary>
    public Random Shared() => new(Mix(Seed, -1));

    /// <summary>Begins the next case, after checking what the former took.</summary>
    public bool Next([NotNullWhen(true)] out Random? random)
    {
        CheckManagedMemory();
        if (Case + 1 >= first + Count)
        {
            random = null;
            return false;
        }

        Case++;
        log?.Begin(Seed, Case);
        random = new Random(Mix(Seed, Case));
        _allocatedBytes = GC.GetAllocatedBytesForCurrentThread();
        return true;
    }

    /// <summary>Begins the next case of a target whose cases draw from one line of random numbers.</summary>
    public void Note()
    {
        CheckManagedMemory();
        Case++;
        log?.Begin(Seed, Case);
        _allocatedBytes = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <summary>Makes the error that ends a run.</summary>
    public FuzzException Error(string message, Exception? cause = null) => new(Seed, Case, message, cause);

    private void CheckManagedMemory()
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread() - _allocatedBytes;
        if (_allocatedBytes > 0 && bytes > MostBytes)
        {
            throw Error($"Case took {bytes} bytes of managed memory.");
        }
    }

    private static int Mix(int seed, int number)
    {
        ulong x = ((ulong)(uint)seed << 32) | (uint)number;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return (int)(x ^ (x >> 31));
    }
}
