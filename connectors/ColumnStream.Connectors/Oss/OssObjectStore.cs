using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Oss;

/// <summary>Keeps objects in a bucket, below a prefix: a put forbids to overwrite, large objects travel in parts. Thread-safe.</summary>
public sealed class OssObjectStore : IObjectStore
{
    private readonly OssClient _client;
    private readonly TimeProvider _time;
    private readonly string _root;

    /// <summary>Opens the store below <paramref name="root"/>, which is empty or the name of a folder.</summary>
    public OssObjectStore(OssClient client, string root, TimeProvider time)
    {
        _client = client;
        _time = time;
        _root = root.Trim('/') is { Length: > 0 } folder ? folder + "/" : string.Empty;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        string key = KeyOf(name);
        return await Guard(_client.TryPutAsync(key, content, null, cancellation)).ConfigureAwait(false) is not null;
    }

    /// <inheritdoc/>
    public IObjectWriter Create(string name) => new Writer(name, _client.OpenUpload(KeyOf(name)));

    /// <inheritdoc/>
    public async ValueTask<Stream?> OpenReadAsync(
        string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default)
    {
        OssReadStream? stream = await Guard(
            _client.GetAsync(KeyOf(name), offset, length, cancellation: cancellation)).ConfigureAwait(false);
        return stream is null ? null : new OssStoreStream(stream);
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default)
    {
        OssObject? found = await Guard(_client.HeadAsync(KeyOf(name), cancellation)).ConfigureAwait(false);
        return found is null ? null : InfoOf(name, found);
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectPage> ListAsync(
        string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
    {
        ObjectName.CheckPrefix(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var objects = new List<ObjectInfo>();
        string? last = after is null ? null : _root + after;
        while (true)
        {
            OssListing page = await Guard(_client.ListAsync(
                _root + prefix, limit, after: last, cancellation: cancellation)).ConfigureAwait(false);
            foreach (OssObject item in page.Objects)
            {
                // Others may keep things in the bucket whose names no store of ours makes, such as "folder/".
                if (ObjectName.IsValid(item.Key[_root.Length..]))
                {
                    objects.Add(InfoOf(item.Key[_root.Length..], item));
                }
            }

            last = page.Next is null || page.Objects.Count == 0 ? null : page.Objects[^1].Key;
            if (last is null || objects.Count > 0)
            {
                return new ObjectPage(objects, last?[_root.Length..]);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default)
    {
        string[] keys = new string[names.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = KeyOf(names[i]);
        }

        if (keys.Length > 0)
        {
            await Guard(keys.Length == 1
                ? _client.DeleteAsync(keys[0], cancellation)
                : _client.DeleteAsync(keys, cancellation)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default)
    {
        DateTimeOffset oldest = _time.GetUtcNow() + _client.ClockSkew - age;
        int removed = 0;
        foreach (OssPendingUpload upload in await Guard(_client.ListUploadsAsync(_root, cancellation)).ConfigureAwait(false))
        {
            if (upload.Started < oldest)
            {
                await Guard(_client.AbortUploadAsync(upload.Key, upload.UploadId, cancellation)).ConfigureAwait(false);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Says in the engine's terms what the client says.</summary>
    internal static ExternalException Translate(OssException failure) =>
        new(5015, $"Object store: {failure.Message}", failure.IsRetryable, failure);

    private static ObjectInfo InfoOf(string name, OssObject item) => new(
        name, item.Length, item.Modified,
        item.Crc64 is { } crc64 ? new ObjectChecksum(ChecksumKind.Crc64, crc64) : null);

    internal static async Task<T> Guard<T>(Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (OssException failure)
        {
            throw Translate(failure);
        }
    }

    internal static async Task Guard(Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (OssException failure)
        {
            throw Translate(failure);
        }
    }

    private string KeyOf(string name)
    {
        ObjectName.Check(name);
        return _root + name;
    }

    private sealed class Writer(string name, OssUpload upload) : IObjectWriter
    {
        private readonly OssStoreStream _stream = new(upload);

        public Stream Stream => _stream;

        public async ValueTask<ObjectInfo> CompleteAsync(CancellationToken cancellation = default)
        {
            OssObject? made = await Guard(upload.TryCompleteAsync(cancellation)).ConfigureAwait(false);
            return made is not null
                ? InfoOf(name, made)
                : throw new ExternalException(5001, $"Object exists already: {name}.", retryable: false);
        }

        public void Dispose() => _stream.Dispose();
    }
}
