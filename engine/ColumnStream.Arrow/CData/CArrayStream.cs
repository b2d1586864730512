using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.CData;

/// <summary>Lies in memory as ArrowArrayStream of the Arrow C stream interface.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct CArrayStream
{
    /// <summary>Gives the schema of all batches; 0, or an error number.</summary>
    public delegate* unmanaged<CArrayStream*, CSchema*, int> GetSchema;

    /// <summary>Gives the next batch, a released structure at the end; 0, or an error number.</summary>
    public delegate* unmanaged<CArrayStream*, CArray*, int> GetNext;

    /// <summary>Says what the last error was, or null; valid until the next call.</summary>
    public delegate* unmanaged<CArrayStream*, byte*> GetLastError;

    /// <summary>Frees what the structure names; null once that was done.</summary>
    public delegate* unmanaged<CArrayStream*, void> Release;

    /// <summary>The producer's own.</summary>
    public void* PrivateData;
}
