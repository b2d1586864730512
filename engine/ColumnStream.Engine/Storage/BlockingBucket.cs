using System.Collections.Generic;

namespace ColumnStream.Engine.Storage;

/// <summary>Calls a bucket and waits.</summary>
public static class BlockingBucket
{
    /// <summary>Tells what is known of an object, or returns null if there is none.</summary>
    public static BucketObject? Find(this IBucket bucket, string key) => BlockingObjectStore.Wait(bucket.FindAsync(key));

    /// <summary>Lists all objects whose keys begin with <paramref name="prefix"/>, in ordinal order.</summary>
    public static IReadOnlyList<BucketObject> List(this IBucket bucket, string prefix) =>
        BlockingObjectStore.Wait(bucket.ListAsync(prefix));

    /// <summary>Lists all uploads to keys that begin with <paramref name="prefix"/>.</summary>
    public static IReadOnlyList<PendingUpload> ListUploads(this IBucket bucket, string prefix) =>
        BlockingObjectStore.Wait(bucket.ListUploadsAsync(prefix));

    /// <summary>Makes an object of an upload; nothing happens if it stands there with the same content.</summary>
    public static void Complete(this IBucket bucket, string key, PreparedUpload upload) =>
        bucket.CompleteAsync(key, upload).AsTask().GetAwaiter().GetResult();

    /// <summary>Gives an upload up; nothing happens if there is none.</summary>
    public static void Abort(this IBucket bucket, PendingUpload upload) =>
        bucket.AbortAsync(upload).AsTask().GetAwaiter().GetResult();

    /// <summary>Waits until every byte of an upload has arrived.</summary>
    public static PreparedUpload Prepare(this IUploadWriter writer) => BlockingObjectStore.Wait(writer.PrepareAsync());
}
