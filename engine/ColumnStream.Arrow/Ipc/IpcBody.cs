using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Owns what one encoded message's body is made of, so that it can be sent while its encoder goes on.</summary>
/// <remarks>Whoever received it releases it, once, from any thread; its parts must not be used any more then.</remarks>
public sealed class IpcBody
{
    private readonly NativeBuffer[] _copies;
    private readonly ArrayData[] _arrays;
    private int _isReleased;

    internal IpcBody(IReadOnlyList<ReadOnlyMemory<byte>> parts, long bytes, NativeBuffer[] copies, ArrayData[] arrays)
    {
        Parts = parts;
        Bytes = bytes;
        _copies = copies;
        _arrays = arrays;
    }

    /// <summary>Gets the body in parts, padding included.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts { get; }

    /// <summary>Gets the bytes of all parts.</summary>
    public long Bytes { get; }

    /// <summary>Gives back arrays and copies.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
        {
            return;
        }

        foreach (NativeBuffer copy in _copies)
        {
            copy.Release();
        }

        ArrayData.ReleaseAll(_arrays);
    }
}
