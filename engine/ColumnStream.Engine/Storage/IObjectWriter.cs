using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Engine.Storage;

/// <summary>Writes one object; disposing before it is complete leaves nothing behind. One thread.</summary>
public interface IObjectWriter : IDisposable
{
    /// <summary>Gets the stream that takes the content.</summary>
    Stream Stream { get; }

    /// <summary>Makes the object durable and visible, its checksum compared; fails if the name exists.</summary>
    ValueTask<ObjectInfo> CompleteAsync(CancellationToken cancellation = default);
}
