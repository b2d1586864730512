using System;
using System.IO;

namespace ColumnStream.Connectors.Files;

/// <summary>Takes the bytes of one part; disposing it before it is complete removes it. One thread.</summary>
internal abstract class PartTarget(string name) : IDisposable
{
    /// <summary>Gets the name under which nobody sees it.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the stream that takes the bytes.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Makes the bytes durable and describes them; the visible name is still open.</summary>
    public abstract FileCommittable Complete(long length, uint crc);

    /// <inheritdoc/>
    public abstract void Dispose();
}
