using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.memory</c>: one row for each part of the process's memory, in bytes.</summary>
/// <remarks>
/// account: process is what memory.limit bounds, rows and state of all jobs; network is blocks of the server's connections, bounded by what
/// connections may hold and not charged to memory.limit; heap is the runtime's own · used: now · peak: the most so far, where it is known ·
/// limit: NULL for none.
/// </remarks>
/// <param name="process">Gives the process's account; null before the first job.</param>
/// <param name="network">Gives the bytes of network blocks.</param>
internal sealed class MemoryTable(Func<BufferAllocator?> process, Func<long> network) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override string Doc => "Lists what parts of this process hold of memory, and their limits.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("account", SystemTypes.Text), new("used", SystemTypes.Number), new("peak", SystemTypes.Number.WithNullable(true)),
        new("limit", SystemTypes.Number.WithNullable(true)),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows()
    {
        BufferAllocator? account = process();
        long? limit = account is { LimitBytes: < long.MaxValue } ? account.LimitBytes : null;
        GCMemoryInfo heap = GC.GetGCMemoryInfo();
        return
        [
            ["process", account?.UsedBytes ?? 0, account?.PeakBytes ?? 0, limit],
            ["network", network(), null, null],
            ["heap", heap.TotalCommittedBytes, null, heap.TotalAvailableMemoryBytes],
        ];
    }
}
