using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using ColumnStream.Aliyun.Checksums;
using ColumnStream.Aliyun.Credentials;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Reads and writes the objects of one bucket. Thread-safe.</summary>
/// <remarks>
/// What is sent is compared with the CRC-64 that the server computed, what is received whole with the one it keeps. A conditional
/// request whose first try was not answered is judged by what stands there: equal length and checksum mean that it was ours.
/// </remarks>
public sealed class OssClient
{
    private const int MostKeysOfOneDeletion = 1000;
    private const int Md5Bytes = 1 << 20;

    private readonly OssTransport _transport;

    /// <summary>Makes a client over a handler of HTTP messages, which the caller owns.</summary>
    public OssClient(
        OssOptions options, CredentialsProvider credentials, HttpMessageHandler handler, TimeProvider time, Random random)
    {
        _transport = new OssTransport(
            options, credentials, new HttpMessageInvoker(handler, disposeHandler: false), time, random);
    }

    /// <summary>Gets how the client reaches its bucket.</summary>
    public OssOptions Options => _transport.Options;

    /// <summary>Gets how far the server's clock was found to be ahead.</summary>
    public TimeSpan ClockSkew => _transport.Skew;

    /// <summary>Makes the handler for real connections: no redirects, no proxy but the system's, connections that age.</summary>
    public static SocketsHttpHandler MakeHandler() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxConnectionsPerServer = 64,
        UseCookies = false,
    };

    /// <summary>Puts an object, whatever stood there.</summary>
    public Task<OssObject> PutAsync(
        string key, ReadOnlyMemory<byte> content, string? contentType = null, CancellationToken cancellation = default) =>
        PutAsync(PutRequest(key, content, contentType), key, content, cancellation);

    /// <summary>Puts an object if there is none; null if there is one.</summary>
    public async Task<OssObject?> TryPutAsync(
        string key, ReadOnlyMemory<byte> content, string? contentType = null, CancellationToken cancellation = default)
    {
        OssRequest request = PutRequest(key, content, contentType, isConditional: true)
            .WithHeader("x-oss-forbid-overwrite", "true");
        try
        {
            return await PutAsync(request, key, content, cancellation).ConfigureAwait(false);
        }
        catch (OssException failure) when (failure.Code == "FileAlreadyExists")
        {
            return failure.MayHaveWorked
                ? await FindEqualAsync(key, content.Length, Crc64.Of(content.Span), cancellation).ConfigureAwait(false)
                : null;
        }
    }

    /// <summary>Tells what is known of an object, or returns null if there is none.</summary>
    public async Task<OssObject?> HeadAsync(string key, CancellationToken cancellation = default)
    {
        try
        {
            OssReply reply = await _transport.SendAsync(
                _transport.Request(HttpMethod.Head, key), asStream: false, cancellation).ConfigureAwait(false);
            using HttpResponseMessage response = reply.Response;
            return reply.ToObject(key, response.Content.Headers.ContentLength ?? 0);
        }
        catch (OssException failure) when (failure.Code == "NoSuchKey")
        {
            return null;
        }
    }

    /// <summary>Opens bytes of an object, as many as are there, or returns null if there is none.</summary>
    /// <param name="key">The object.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">The most bytes.</param>
    /// <param name="etag">The only content that is wanted; null takes what stands there.</param>
    /// <param name="cancellation">Ends the call early.</param>
    public async Task<OssReadStream?> GetAsync(
        string key, long offset = 0, long length = long.MaxValue, string? etag = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var stream = new OssReadStream(_transport, key, offset, length, etag);
        if (await stream.OpenAsync(cancellation).ConfigureAwait(false))
        {
            return stream;
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Lists a page of objects by key.</summary>
    /// <param name="prefix">The beginning of keys, or null.</param>
    /// <param name="limit">The most of a page, up to 1,000.</param>
    /// <param name="token">Where the last page ended, or null.</param>
    /// <param name="after">The key behind which the first page begins, or null.</param>
    /// <param name="delimiter">What ends a folder: keys with it behind the prefix are summed up. Or null.</param>
    /// <param name="cancellation">Ends the call early.</param>
    public async Task<OssListing> ListAsync(
        string? prefix, int limit = 1000, string? token = null, string? after = null, string? delimiter = null,
        CancellationToken cancellation = default)
    {
        OssRequest request = _transport.Request(HttpMethod.Get, null).With("list-type", "2");
        foreach ((string name, string? value) in new[] { ("prefix", prefix), ("delimiter", delimiter) })
        {
            _ = string.IsNullOrEmpty(value) ? request : request.With(name, value);
        }

        request.With("max-keys", Math.Clamp(limit, 1, 1000));
        foreach ((string name, string? value) in new[] { ("start-after", after), ("continuation-token", token) })
        {
            _ = string.IsNullOrEmpty(value) ? request : request.With(name, value);
        }

        XElement root = await XmlAsync(request, cancellation).ConfigureAwait(false);
        return OssXml.Listing(root) ?? throw Unreadable(null);
    }

    /// <summary>Deletes an object; nothing happens if there is none.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellation = default) =>
        DoAsync(_transport.Request(HttpMethod.Delete, key), cancellation);

    /// <summary>Deletes objects, up to a thousand a request; nothing happens to those that are not there.</summary>
    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation = default)
    {
        foreach (string[] chunk in keys.Chunk(MostKeysOfOneDeletion))
        {
            OssRequest request = _transport.Request(HttpMethod.Post, null).With("delete", "").WithXml(OssXml.Delete(chunk));
            await DoAsync(request, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a writer of an object of any size, which exists once it is completed.</summary>
    public OssUpload OpenUpload(string key) => new(this, key);

    /// <summary>Begins an object in parts; returns the upload.</summary>
    public async Task<string> StartUploadAsync(string key, CancellationToken cancellation = default)
    {
        OssRequest request = _transport.Request(HttpMethod.Post, key).With("uploads", "");
        XElement root = await XmlAsync(request, cancellation).ConfigureAwait(false);
        return root.Text("UploadId") is { Length: > 0 } id ? id : throw Unreadable(key);
    }

    /// <summary>Uploads a part, again if it did not arrive whole.</summary>
    public async Task<OssPart> UploadPartAsync(
        string key, string uploadId, int number, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        ulong crc64 = Crc64.Of(content.Span);
        for (int attempt = 1; ; attempt++)
        {
            OssRequest request = _transport.Request(HttpMethod.Put, key)
                .With("partNumber", number).With("uploadId", uploadId).WithBody(content, Options.SendsMd5);
            OssReply reply = await DoAsync(request, cancellation).ConfigureAwait(false);
            if (reply.Crc64 is not { } found || found == crc64)
            {
                return new OssPart(number, reply.ETag, content.Length, crc64);
            }

            if (attempt >= Options.Retry.Attempts)
            {
                throw Mismatch(key, $"part {number} arrived with CRC-64 {found}, sent was {crc64}");
            }

            await _transport.DelayAsync(attempt, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Makes an object out of its parts if there is none; null if there is one.</summary>
    public async Task<OssObject?> TryCompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<OssPart> parts, CancellationToken cancellation = default)
    {
        ulong crc64 = Crc64.Empty;
        long length = 0;
        foreach (OssPart part in parts.OrderBy(p => p.Number))
        {
            crc64 = Crc64.Combine(crc64, part.Crc64, part.Length);
            length += part.Length;
        }

        OssRequest request = _transport.Request(HttpMethod.Post, key).With("uploadId", uploadId)
            .WithHeader("x-oss-forbid-overwrite", "true").WithXml(OssXml.Complete(parts));
        OssReply reply;
        try
        {
            reply = await DoAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (OssException failure) when (failure.MayHaveWorked && failure.Code is ("NoSuchUpload" or "FileAlreadyExists"))
        {
            // The answer of an earlier try was lost, and with it whether the object there is this one.
            OssObject? found = await FindEqualAsync(key, length, crc64, cancellation).ConfigureAwait(false);
            if (found is null && failure.Code == "NoSuchUpload")
            {
                throw;
            }

            return found;
        }
        catch (OssException failure) when (failure.Code == "FileAlreadyExists")
        {
            return null;
        }

        return reply.Crc64 is { } whole && whole != crc64
            ? throw Mismatch(key, $"the whole has CRC-64 {whole}, its parts have {crc64}")
            : reply.ToObject(key, length) with
            {
                ETag = OssXml.Parse(reply.Body)?.Text("ETag") ?? reply.ETag, Crc64 = crc64,
            };
    }

    /// <summary>Gives an upload up and frees its parts; nothing happens if there is none.</summary>
    public async Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellation = default)
    {
        try
        {
            OssRequest request = _transport.Request(HttpMethod.Delete, key).With("uploadId", uploadId);
            await DoAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (OssException failure) when (failure.Code == "NoSuchUpload")
        {
            // Completed, or given up before.
        }
    }

    /// <summary>Lists the uploads that were begun below a prefix and not ended.</summary>
    public async Task<IReadOnlyList<OssPendingUpload>> ListUploadsAsync(
        string? prefix, CancellationToken cancellation = default)
    {
        var uploads = new List<OssPendingUpload>();
        (string Key, string UploadId)? last = null;
        while (true)
        {
            OssRequest request = _transport.Request(HttpMethod.Get, null);
            _ = last is null ? request : request.With("key-marker", last.Value.Key);
            request.With("max-uploads", 1000);
            _ = string.IsNullOrEmpty(prefix) ? request : request.With("prefix", prefix);
            _ = last is null ? request : request.With("upload-id-marker", last.Value.UploadId);
            XElement root = await XmlAsync(request.With("uploads", ""), cancellation).ConfigureAwait(false);
            uploads.AddRange(OssXml.Uploads(root));
            (string, string)? next = root.Text("IsTruncated") == "true"
                ? (root.Text("NextKeyMarker") ?? "", root.Text("NextUploadIdMarker") ?? "")
                : null;
            if (next is null || next == last)
            {
                return uploads;
            }

            last = next;
        }
    }

    /// <summary>Returns the object that stands there if it has this length and CRC-64, else null.</summary>
    public async Task<OssObject?> FindEqualAsync(
        string key, long length, ulong crc64, CancellationToken cancellation = default)
    {
        OssObject? found = await HeadAsync(key, cancellation).ConfigureAwait(false);
        if (found is null || found.Length != length)
        {
            return null;
        }

        ulong there = found.Crc64 ?? await ReadChecksumAsync(key, cancellation).ConfigureAwait(false);
        return there == crc64 ? found with { Crc64 = crc64 } : null;
    }

    private OssRequest PutRequest(
        string key, ReadOnlyMemory<byte> content, string? contentType, bool isConditional = false) =>
        _transport.Request(HttpMethod.Put, key).WithHeader("content-type", contentType)
            .WithBody(content, Options.SendsMd5 || isConditional || content.Length <= Md5Bytes);

    private async Task<OssObject> PutAsync(
        OssRequest request, string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        OssReply reply = await DoAsync(request, cancellation).ConfigureAwait(false);
        ulong crc64 = Crc64.Of(content.Span);
        return reply.Crc64 is { } found && found != crc64
            ? throw Mismatch(key, $"it arrived with CRC-64 {found}, sent was {crc64}")
            : reply.ToObject(key, content.Length) with { Crc64 = crc64 };
    }

    private async Task<ulong> ReadChecksumAsync(string key, CancellationToken cancellation)
    {
        await using OssReadStream? stream = await GetAsync(key, cancellation: cancellation).ConfigureAwait(false);
        ulong crc64 = Crc64.Empty;
        byte[] buffer = new byte[64 << 10];
        int read;
        while (stream is not null && (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            crc64 = Crc64.Append(crc64, buffer.AsSpan(0, read));
        }

        return crc64;
    }

    private async Task<OssReply> DoAsync(OssRequest request, CancellationToken cancellation)
    {
        OssReply reply = await _transport.SendAsync(request, asStream: false, cancellation).ConfigureAwait(false);
        reply.Response.Dispose();
        return reply;
    }

    private async Task<XElement> XmlAsync(OssRequest request, CancellationToken cancellation)
    {
        OssReply reply = await DoAsync(request, cancellation).ConfigureAwait(false);
        return OssXml.Parse(reply.Body) ?? throw Unreadable(request.Key);
    }

    private OssException Unreadable(string? key) =>
        new(Options.Bucket, key, "Unreadable", "The answer is not the XML that was expected");

    private OssException Mismatch(string key, string what) =>
        _transport.Error(key, "ChecksumMismatch", $"Bytes were changed on the way: {what}");
}
