using System.Threading;

namespace ColumnStream.Runtime.Transport;

/// <summary>Counts what goes over the links that lead from one node to another, those that were lost included.</summary>
internal sealed class LinkCounters
{
    private long _frames;
    private long _bytes;
    private long _creditWaits;
    private long _connects;
    private long _lost;
    private long _checksumErrors;

    public void AddFrame(long bytes)
    {
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void AddCreditWait() => Interlocked.Increment(ref _creditWaits);

    public void AddConnect() => Interlocked.Increment(ref _connects);

    public void AddLost() => Interlocked.Increment(ref _lost);

    public void AddChecksumError() => Interlocked.Increment(ref _checksumErrors);

    /// <summary>Reads all counts.</summary>
    public LinkMetrics Read(string endpoint, bool isConsumer, int links, int channels) => new(
        endpoint, isConsumer, links, channels, Interlocked.Read(ref _frames), Interlocked.Read(ref _bytes),
        Interlocked.Read(ref _creditWaits), Interlocked.Read(ref _connects), Interlocked.Read(ref _lost),
        Interlocked.Read(ref _checksumErrors));
}
