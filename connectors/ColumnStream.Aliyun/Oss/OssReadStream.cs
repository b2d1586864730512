using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Aliyun.Checksums;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Reads bytes of an object; goes on behind a broken connection, and compares a whole object with its CRC-64.</summary>
/// <remarks>Only the content that was there at first is read: another one under the key is an error. One thread.</remarks>
public sealed class OssReadStream : Stream
{
    private readonly OssTransport _transport;
    private readonly string _key;
    private readonly long _offset;
    private readonly long _limit;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private string? _etag;
    private ulong? _expected;
    private ulong _crc64;
    private long _left;
    private long _done;
    private int _failures;
    private bool _isWhole;

    internal OssReadStream(OssTransport transport, string key, long offset, long limit, string? etag = null)
    {
        _transport = transport;
        _key = key;
        _offset = offset;
        _limit = limit;
        _etag = etag;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Gets how many bytes come in all.</summary>
    public override long Length => _done + _left;

    /// <inheritdoc/>
    public override long Position
    {
        get => _done;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.Length == 0)
        {
            return 0;
        }

        Memory<byte> room = buffer[..(int)Math.Min(buffer.Length, _left)];
        while (true)
        {
            OssException failure;
            try
            {
                if (_body is null && !await OpenAsync(cancellationToken).ConfigureAwait(false))
                {
                    throw Changed();
                }

                int read = await ReadBodyAsync(room, cancellationToken).ConfigureAwait(false);
                if (read > 0)
                {
                    Took(room.Span[..read]);
                    return read;
                }

                failure = _transport.Error(_key, "Connection", $"The answer ended {_left} bytes early");
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException)
            {
                failure = _transport.Error(_key, "Connection", broken.Message, broken);
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                failure = _transport.Error(_key, "Timeout", $"No byte in {_transport.Options.Timeout.TotalSeconds:0} s", late);
            }

            Drop();
            if (++_failures >= _transport.Options.Retry.Attempts)
            {
                throw failure;
            }

            await _transport.DelayAsync(_failures, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Asks for what is not read yet; false if there is no object.</summary>
    internal async Task<bool> OpenAsync(CancellationToken cancellation)
    {
        long from = _offset + _done;
        long most = _limit - _done;
        bool isAll = from == 0 && most == long.MaxValue;
        OssRequest request = _transport.Request(HttpMethod.Get, _key).WithHeader("if-match", _etag);
        if (!isAll)
        {
            long last = most == 0 ? from : most > long.MaxValue - from ? -1 : from + most - 1;
            request.WithHeader("range", last < 0 ? $"bytes={from}-" : $"bytes={from}-{last}");
        }

        OssReply reply;
        try
        {
            reply = await _transport.SendAsync(request, asStream: true, cancellation).ConfigureAwait(false);
        }
        catch (OssException failure) when (failure.Code == "NoSuchKey")
        {
            return _done == 0 ? false : throw Changed();
        }
        catch (OssException failure) when (failure.Status == 412)
        {
            throw Changed();
        }
        catch (OssException failure) when (failure.Status == 416)
        {
            return true;
        }

        _response = reply.Response;
        _body = await reply.Response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await PlaceAsync(reply, from, most, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
        }

        base.Dispose(disposing);
    }

    /// <summary>Finds the wanted bytes in an answer: a range, or all where a server gives all for a range it cannot give.</summary>
    private async Task PlaceAsync(OssReply reply, long from, long most, CancellationToken cancellation)
    {
        long length = reply.Response.Content.Headers.ContentLength
            ?? throw new OssException(_transport.Options.Bucket, _key, "Unreadable", "The answer does not tell its length");
        bool isPart = (int)reply.Response.StatusCode == 206;
        if (_done == 0)
        {
            _etag = reply.ETag.Length > 0 ? reply.ETag : null;
            _left = isPart ? Math.Min(length, most) : Math.Min(most, Math.Max(0, length - from));
            _isWhole = !isPart && from == 0 && _left == length;
            _expected = _isWhole ? reply.Crc64 : null;
            if (_left == 0)
            {
                Drop();
                return;
            }
        }

        long? start = reply.Response.Content.Headers.ContentRange?.From;
        if (isPart && start != from)
        {
            throw new OssException(
                _transport.Options.Bucket, _key, "Unreadable", $"Asked for bytes from {from}, got those from {start}");
        }

        byte[] skipped = new byte[64 << 10];
        for (long skip = isPart ? 0 : from; skip > 0;)
        {
            Memory<byte> room = skipped.AsMemory(0, (int)Math.Min(skip, skipped.Length));
            int read = await ReadBodyAsync(room, cancellation).ConfigureAwait(false);
            skip = read > 0 ? skip - read : throw new IOException("The answer ended early.");
        }
    }

    private async Task<int> ReadBodyAsync(Memory<byte> room, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_transport.Options.Timeout, _transport.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        return await _body!.ReadAsync(room, both.Token).ConfigureAwait(false);
    }

    private void Took(ReadOnlySpan<byte> bytes)
    {
        _done += bytes.Length;
        _left -= bytes.Length;
        _failures = 0;
        if (_isWhole)
        {
            _crc64 = Crc64.Append(_crc64, bytes);
        }

        if (_left > 0)
        {
            return;
        }

        Drop();
        if (_expected is { } expected && expected != _crc64)
        {
            throw _transport.Error(
                _key, "ChecksumMismatch", $"Bytes were changed on the way: CRC-64 {_crc64} arrived, {expected} is kept");
        }
    }

    private OssException Changed() =>
        new(_transport.Options.Bucket, _key, "Changed", $"The object is another one since {_done} bytes of it were read");

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        _body = null;
        _response = null;
    }
}
