using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Engine.Storage;

/// <summary>Sends the bytes of one upload; disposing it before it is prepared gives the upload up. One thread.</summary>
public interface IUploadWriter : IDisposable
{
    /// <summary>Gets the stream that takes the content.</summary>
    Stream Stream { get; }

    /// <summary>Waits until every byte has arrived; no object exists yet.</summary>
    ValueTask<PreparedUpload> PrepareAsync(CancellationToken cancellation = default);
}
