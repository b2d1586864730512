using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps the bytes of long text that rows of keyed state hold; such views have an address as second half.</summary>
public abstract unsafe class TextHeap
{
    /// <summary>Copies the bytes of a long view and points it at the copy; does nothing for short ones.</summary>
    public abstract void Store(StringView* view);

    /// <summary>Gives up the bytes of a stored view.</summary>
    public abstract void Free(StringView* view);
}
