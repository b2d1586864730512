using System;
using System.IO;

namespace ColumnStream.Connectors.Files;

/// <summary>Is an open file. One thread.</summary>
internal abstract class FileContent : IDisposable
{
    /// <summary>Gets the bytes that can be read now.</summary>
    public abstract long Length { get; }

    /// <summary>Reads bytes, as many as come at once; 0 at the end.</summary>
    /// <exception cref="Engine.Errors.ExternalException">They cannot be read.</exception>
    public abstract int Read(Span<byte> buffer, long offset);

    /// <summary>Tells whether a read there comes back at once; else <paramref name="wake"/> is called when it does.</summary>
    public virtual bool IsReady(long offset, Action wake) => true;

    /// <summary>Returns what tells this file from another one that stands there later, by the bytes before <paramref name="end"/>.</summary>
    public abstract uint Check(long end);

    /// <summary>Opens another view of the same bytes, seekable, which the caller owns.</summary>
    public abstract Stream OpenStream();

    /// <inheritdoc/>
    public abstract void Dispose();
}
