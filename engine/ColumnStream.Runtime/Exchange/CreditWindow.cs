using System.Threading;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Bounds the bytes in flight on one channel; the rule is "credit above zero may send".</summary>
/// <remarks>
/// One of the four lock-free protocols. A batch larger than the window passes alone, so a window of one byte works.
/// <code>
/// producer: credit > 0 ? go : starved = 1 (fence); credit > 0 ? go : go idle
/// consumer: credit += bytes (fence); starved was 1 ? starved = 0, notify producer
/// </code>
/// The producer never clears <c>starved</c>: a notification too many is harmless, one that is missed hangs the job.
/// </remarks>
internal sealed class CreditWindow(long windowBytes)
{
    private long _credit = windowBytes;
    private int _starved;
    private TaskUnit? _producer;

    /// <summary>Names who is notified when credit returns.</summary>
    public void Attach(TaskUnit producer) => _producer = producer;

    /// <summary>Tells whether the producer may send; when not, it is notified later. Producer only.</summary>
    public bool TryReserve()
    {
        if (Volatile.Read(ref _credit) > 0)
        {
            return true;
        }

        Interlocked.Exchange(ref _starved, 1);
        return Volatile.Read(ref _credit) > 0;
    }

    /// <summary>Charges an element that is sent. Producer only.</summary>
    public void Spend(long bytes) => Interlocked.Add(ref _credit, -bytes);

    /// <summary>Gives back what an element that left the queue cost. Consumer only.</summary>
    public void Return(long bytes)
    {
        Interlocked.Add(ref _credit, bytes);
        if (Volatile.Read(ref _starved) != 0 && Interlocked.Exchange(ref _starved, 0) != 0)
        {
            _producer?.Notify();
        }
    }
}
