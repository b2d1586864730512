using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;

namespace ColumnStream.Engine.Lookups;

/// <summary>Is one question to a lookup table: some keys of a request, asked until they are answered.</summary>
internal sealed class LookupCall(LookupRequest request, RecordBatch keys, int[] places)
{
    /// <summary>Gets the request that it is a part of.</summary>
    public LookupRequest Request => request;

    /// <summary>Gets the keys.</summary>
    public RecordBatch Keys => keys;

    /// <summary>Gets for each key its place in the request.</summary>
    public int[] Places => places;

    /// <summary>Gets or sets how often it failed.</summary>
    public int Failures { get; set; }

    /// <summary>Gets or sets how often its keys had no rows.</summary>
    public int Misses { get; set; }

    /// <summary>Gets or sets when it is asked again.</summary>
    public long RetryAtMs { get; set; }

    /// <summary>Gets or sets the question under way, or null.</summary>
    public Task<LookupAnswer>? Pending { get; set; }

    /// <summary>Gets or sets what ends it.</summary>
    public CancellationTokenSource? Cancellation { get; set; }
}
