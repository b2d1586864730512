using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.CData;

/// <summary>Lies in memory as ArrowArray of the Arrow C data interface.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct CArray
{
    /// <summary>The number of rows.</summary>
    public long Length;

    /// <summary>The number of nulls, or -1 when it was not counted.</summary>
    public long NullCount;

    /// <summary>The first row inside the buffers.</summary>
    public long Offset;

    /// <summary>The number of buffers.</summary>
    public long BufferCount;

    /// <summary>The number of children.</summary>
    public long ChildCount;

    /// <summary>The buffers.</summary>
    public void** Buffers;

    /// <summary>The children.</summary>
    public CArray** Children;

    /// <summary>The values of a dictionary, or null.</summary>
    public CArray* Dictionary;

    /// <summary>Frees what the structure names; null once that was done.</summary>
    public delegate* unmanaged<CArray*, void> Release;

    /// <summary>The producer's own.</summary>
    public void* PrivateData;
}
