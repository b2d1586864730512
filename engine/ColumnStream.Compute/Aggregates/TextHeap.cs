using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps the bytes of long text that rows of keyed state hold; such views have an address as second half.</summary>
public abstract unsafe class TextHeap
{
    /// <summary>Copies the bytes of a long view and points it at the copy; does nothing for short ones.</summary>
    public abstract void Store(StringView* view);

    /// <summary>Gives up the bytes of a stored view.</summary>
    public abstract void Free(StringView* view);

    /// <summary>Makes a view longer and returns where its new bytes go: all bytes that it had stay as they are.</summary>
    /// <remarks>Older copies of the view stay good, so that an image of a row taken before shows what it showed.</remarks>
    public abstract byte* Extend(StringView* view, int bytes);

    /// <summary>Gives up the bytes of a view that grew, and makes it empty.</summary>
    public abstract void Empty(StringView* view);
}
