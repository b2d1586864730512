using System;

namespace ColumnStream.Arrow.Memory;

/// <summary>Owns native memory and lends it as buffers; one a process, shared by all allocators. Thread-safe.</summary>
public abstract class BufferPool : IDisposable
{
    /// <summary>Readable bytes behind the end of every buffer, so that kernels may load whole vectors.</summary>
    public const int Padding = 64;

    /// <summary>
    /// Lends a buffer of at least <paramref name="length"/> bytes, 64-byte aligned, content undefined.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The system has no more memory.</exception>
    internal abstract NativeBuffer Rent(long length);

    /// <summary>Takes back a buffer whose last reference was released.</summary>
    internal abstract void Return(NativeBuffer buffer);

    /// <summary>Frees idle memory, the largest buffers first, down to <paramref name="keptBytes"/>; a pool may keep none anyway.</summary>
    /// <returns>The bytes that were freed.</returns>
    public virtual long Trim(long keptBytes) => 0;

    /// <summary>Frees all idle memory; buffers still lent stay valid until returned.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees idle memory.</summary>
    protected abstract void Dispose(bool disposing);
}
