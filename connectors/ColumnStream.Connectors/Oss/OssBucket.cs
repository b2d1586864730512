using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Aliyun.Checksums;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Oss;

/// <summary>Is a bucket as tables see it. Thread-safe.</summary>
public sealed class OssBucket(OssClient client) : IBucket
{
    private const int MostParts = 10_000;

    /// <inheritdoc/>
    public string Address => $"oss://{client.Options.Bucket}";

    /// <inheritdoc/>
    public long MostBytes => (long)client.Options.PartBytes * MostParts;

    /// <inheritdoc/>
    public async ValueTask<BucketObject?> FindAsync(string key, CancellationToken cancellation = default) =>
        await OssObjectStore.Guard(client.HeadAsync(key, cancellation)).ConfigureAwait(false) is { } found ? InfoOf(found) : null;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BucketObject>> ListAsync(string prefix, CancellationToken cancellation = default)
    {
        var objects = new List<BucketObject>();
        string? token = null;
        do
        {
            OssListing page = await OssObjectStore.Guard(
                client.ListAsync(prefix, token: token, cancellation: cancellation)).ConfigureAwait(false);
            objects.AddRange(page.Objects.Select(InfoOf));
            token = page.Next;
        }
        while (token is not null);
        return objects;
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(BucketObject item, long offset, CancellationToken cancellation = default)
    {
        OssReadStream? stream = await OssObjectStore.Guard(
            client.GetAsync(item.Key, offset, etag: item.ETag, cancellation: cancellation)).ConfigureAwait(false);
        return stream is null
            ? throw new ExternalException(5001, $"File cannot be read: {Name(item.Key)}. It does not exist.", retryable: false)
            : new OssStoreStream(stream);
    }

    /// <inheritdoc/>
    public IUploadWriter OpenUpload(string key) => new Writer(client.OpenUpload(key));

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(string key, PreparedUpload upload, CancellationToken cancellation = default)
    {
        OssPart[] parts = [.. upload.Parts.Select(p => new OssPart(p.Number, p.ETag, p.Length, p.Crc64))];
        string? refusal = null;
        OssObject? made = null;
        try
        {
            made = await client.TryCompleteUploadAsync(key, upload.Id, parts, cancellation).ConfigureAwait(false);
        }
        catch (OssException failure) when (failure.Code is "NoSuchUpload" or "InvalidPart" or "InvalidPartOrder")
        {
            refusal = failure.Message;
        }
        catch (OssException failure)
        {
            throw OssObjectStore.Translate(failure);
        }

        made ??= await OssObjectStore.Guard(
            client.FindEqualAsync(key, upload.Length, upload.Crc64, cancellation)).ConfigureAwait(false);
        if (made is null)
        {
            throw new ExternalException(
                5012,
                refusal is null
                    ? $"Part cannot be made visible: {Name(key)} exists with other content."
                    : $"Prepared part is lost: upload {upload.Id} of {Name(key)} cannot be completed ({refusal}), and no object "
                        + $"of {upload.Length} bytes with CRC-64 {upload.Crc64} stands there.",
                retryable: false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask AbortAsync(PendingUpload upload, CancellationToken cancellation = default) =>
        await OssObjectStore.Guard(client.AbortUploadAsync(upload.Key, upload.Id, cancellation)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<PendingUpload>> ListUploadsAsync(
        string prefix, CancellationToken cancellation = default) =>
        [
            .. (await OssObjectStore.Guard(client.ListUploadsAsync(prefix, cancellation)).ConfigureAwait(false))
                .Select(static upload => new PendingUpload(upload.Key, upload.UploadId)),
        ];

    private static BucketObject InfoOf(OssObject item) => new(item.Key, item.Length, item.ETag, item.Modified);

    private string Name(string key) => $"{Address}/{key}";

    private sealed class Writer(OssUpload upload) : IUploadWriter
    {
        private readonly OssStoreStream _stream = new(upload);

        public Stream Stream => _stream;

        public async ValueTask<PreparedUpload> PrepareAsync(CancellationToken cancellation = default)
        {
            (string id, IReadOnlyList<OssPart> parts) =
                await OssObjectStore.Guard(upload.PrepareAsync(cancellation)).ConfigureAwait(false);
            ulong crc64 = Crc64.Empty;
            foreach (OssPart part in parts)
            {
                crc64 = Crc64.Combine(crc64, part.Crc64, part.Length);
            }

            return new PreparedUpload(
                id, [.. parts.Select(p => new UploadedPart(p.Number, p.ETag, p.Length, p.Crc64))], upload.Length, crc64);
        }

        public void Dispose() => _stream.Dispose();
    }
}
