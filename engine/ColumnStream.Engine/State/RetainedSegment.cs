using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Is what the tables of columns do not know of a segment of <see cref="RetainedSegments"/>.</summary>
internal sealed class RetainedSegment(RecordBatch? batch)
{
    /// <summary>Gets or sets the batch whose rows these are, or null where they were copied.</summary>
    public RecordBatch? Batch { get; set; } = batch;

    /// <summary>Gets or sets the bytes of batch and links, beside what columns copied.</summary>
    public long PinnedBytes { get; set; }

    /// <summary>Gets or sets the number of row 0 among the cold rows, 0 while the segment is not cold.</summary>
    public long FirstCold { get; set; }

    /// <summary>Gets or sets the links, or null where there are no rows or these are cold.</summary>
    public NativeBuffer? Links { get; set; }

    /// <summary>Gets or sets the rows.</summary>
    public int Rows { get; set; }

    /// <summary>Gets or sets the rows that the last snapshot has.</summary>
    public int Saved { get; set; }

    /// <summary>Gets or sets the rows that the snapshot under way will have.</summary>
    public int Frozen { get; set; }

    /// <summary>Gets or sets those of them that it has.</summary>
    public int Gathered { get; set; }
}
