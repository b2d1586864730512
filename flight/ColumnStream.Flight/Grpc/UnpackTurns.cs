using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Bounds the threads that decompress at once, so that others are left for calls with little to do.</summary>
/// <remarks>Whoever waits holds no thread. Turns are short and given in the order of asking. Thread-safe.</remarks>
/// <param name="atOnce">The most threads.</param>
internal sealed class UnpackTurns(int atOnce)
{
    /// <summary>The bytes that one turn decompresses at most: about a millisecond.</summary>
    public const int SliceBytes = 1 << 20;

    /// <summary>Gets turns for which nobody waits: a client has nobody to be fair to.</summary>
    public static UnpackTurns Unbounded { get; } = new(int.MaxValue);

    private readonly SemaphoreSlim _free = new(atOnce);

    /// <summary>Waits for a turn.</summary>
    public Task EnterAsync() => _free.WaitAsync();

    /// <summary>Ends a turn.</summary>
    public void Leave() => _free.Release();
}
