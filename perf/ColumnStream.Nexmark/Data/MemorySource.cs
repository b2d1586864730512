using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Nexmark.Data;

/// <summary>Hands out batches that exist already, by reference.</summary>
internal sealed class MemorySource(RecordBatch[] batches) : SourceReader
{
    private int _next;

    /// <inheritdoc/>
    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState split in splits)
        {
            _next = int.Parse(split.Position, CultureInfo.InvariantCulture);
        }
    }

    /// <inheritdoc/>
    public override SourcePoll Poll(out StreamBatch? batch)
    {
        if (_next == batches.Length)
        {
            batch = null;
            return SourcePoll.End;
        }

        batch = new StreamBatch(batches[_next++].Retain());
        return SourcePoll.Batch;
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot() =>
        [new SplitState("memory", _next.ToString(CultureInfo.InvariantCulture))];
}
