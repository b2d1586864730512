using System;
using ColumnStream.Arrow;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Lookups;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Is a batch whose rows wait for what is found for them, or a watermark that waits behind such batches.</summary>
internal sealed class WaitingLookup : IDisposable
{
    /// <summary>Gets or sets the rows, without selection; null for a watermark.</summary>
    public StreamBatch? Batch { get; set; }

    /// <summary>Gets the watermark.</summary>
    public long WatermarkMs { get; init; }

    /// <summary>Gets for each row the number of its key, or −1 where it has a NULL.</summary>
    public int[] KeyOf { get; init; } = [];

    /// <summary>Gets for each key where its rows begin among <see cref="Known"/>, or −1 − its place in <see cref="Request"/>.</summary>
    public int[] Starts { get; init; } = [];

    /// <summary>Gets for each key how many rows are known.</summary>
    public int[] Counts { get; init; } = [];

    /// <summary>Gets or sets the rows that were known already, or null.</summary>
    public RecordBatch? Known { get; set; }

    /// <summary>Gets what is asked for, or null.</summary>
    public LookupRequest? Request { get; init; }

    /// <summary>Gets or sets whether the answer was taken.</summary>
    public bool IsTaken { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Batch?.Release();
        Known?.Release();
        Request?.Dispose();
        Batch = null;
        Known = null;
    }
}
