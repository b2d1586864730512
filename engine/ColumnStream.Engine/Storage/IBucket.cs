using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Engine.Storage;

/// <summary>Reads and writes the objects of one bucket that others use too: keys are any text, uploads outlive whoever began them.</summary>
/// <remarks>
/// A call that fails retryably may have done its work, unless it only reads. Errors are <see cref="Errors.ExternalException"/>.
/// Thread-safe.
/// </remarks>
public interface IBucket
{
    /// <summary>Gets how users write the bucket: <c>oss://name</c>.</summary>
    string Address { get; }

    /// <summary>Gets the most bytes that one upload can hold.</summary>
    long MostBytes { get; }

    /// <summary>Tells what is known of an object, or returns null if there is none.</summary>
    ValueTask<BucketObject?> FindAsync(string key, CancellationToken cancellation = default);

    /// <summary>Lists all objects whose keys begin with <paramref name="prefix"/>, in ordinal order.</summary>
    ValueTask<IReadOnlyList<BucketObject>> ListAsync(string prefix, CancellationToken cancellation = default);

    /// <summary>Opens an object from a byte on.</summary>
    /// <exception cref="Errors.ExternalException">It is gone, or another one stands there now.</exception>
    ValueTask<Stream> OpenReadAsync(BucketObject item, long offset, CancellationToken cancellation = default);

    /// <summary>Begins an upload, which is no object until somebody completes it.</summary>
    IUploadWriter OpenUpload(string key);

    /// <summary>Makes an object of an upload; nothing happens if it stands there with the same content.</summary>
    /// <exception cref="Errors.ExternalException">The upload is gone or damaged and the object is not there, or another one is.</exception>
    ValueTask CompleteAsync(string key, PreparedUpload upload, CancellationToken cancellation = default);

    /// <summary>Gives an upload up; nothing happens if there is none.</summary>
    ValueTask AbortAsync(PendingUpload upload, CancellationToken cancellation = default);

    /// <summary>Lists all uploads to keys that begin with <paramref name="prefix"/> which nobody completed or gave up.</summary>
    ValueTask<IReadOnlyList<PendingUpload>> ListUploadsAsync(string prefix, CancellationToken cancellation = default);
}
