using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.CData;

/// <summary>Lies in memory as ArrowSchema of the Arrow C data interface.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct CSchema
{
    /// <summary>The type, as zero-terminated text.</summary>
    public byte* Format;

    /// <summary>The field's name, zero-terminated, or null.</summary>
    public byte* Name;

    /// <summary>Metadata: a count, then each key and value behind its length; null when there is none.</summary>
    public byte* Metadata;

    /// <summary>Ordered dictionary (1), nullable (2), sorted map keys (4).</summary>
    public long Flags;

    /// <summary>The number of children.</summary>
    public long ChildCount;

    /// <summary>The children.</summary>
    public CSchema** Children;

    /// <summary>The type of a dictionary's values, or null.</summary>
    public CSchema* Dictionary;

    /// <summary>Frees what the structure names; null once that was done.</summary>
    public delegate* unmanaged<CSchema*, void> Release;

    /// <summary>The producer's own.</summary>
    public void* PrivateData;
}
