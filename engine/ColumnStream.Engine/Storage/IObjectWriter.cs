using System;
using System.IO;

namespace ColumnStream.Engine.Storage;

/// <summary>Writes one object; disposing without <see cref="Complete"/> leaves nothing behind.</summary>
public interface IObjectWriter : IDisposable
{
    /// <summary>Gets the stream that takes the content.</summary>
    Stream Stream { get; }

    /// <summary>Makes the object durable and visible.</summary>
    void Complete();
}
