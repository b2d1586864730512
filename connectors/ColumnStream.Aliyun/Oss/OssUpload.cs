using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Writes an object of any size: small ones are put whole, large ones in parts that travel while more is written.</summary>
/// <remarks>
/// It exists once it is completed, here or, behind <see cref="PrepareAsync"/>, by anybody; a failed part fails the next call. Disposing an incomplete one gives its parts up. At
/// most <see cref="OssOptions.ParallelParts"/> parts are under way and one is being filled. One thread.
/// </remarks>
public sealed class OssUpload : Stream
{
    private const int FirstBytes = 64 << 10;

    private readonly OssClient _client;
    private readonly string _key;
    private readonly int _partBytes;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<OssPart> _parts = [];
    private readonly List<(Task<OssPart> Task, byte[] Buffer)> _underWay = [];
    private readonly Stack<byte[]> _spare = new();
    private byte[] _buffer = [];
    private int _filled;
    private long _length;
    private int _nextNumber = 1;
    private string? _uploadId;
    private bool _isOver;

    internal OssUpload(OssClient client, string key)
    {
        _client = client;
        _key = key;
        _partBytes = Math.Max(client.Options.PartBytes, 100 << 10);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _partBytes)
            {
                SendPartAsync(CancellationToken.None).GetAwaiter().GetResult();
            }

            buffer = buffer[Fill(buffer)..];
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _partBytes)
            {
                await SendPartAsync(cancellationToken).ConfigureAwait(false);
            }

            buffer = buffer[Fill(buffer.Span)..];
        }
    }

    /// <summary>Does nothing: bytes go when a part is full.</summary>
    public override void Flush()
    {
    }

    /// <summary>Makes the object out of what was written if there is none; null if there is one.</summary>
    public async Task<OssObject?> TryCompleteAsync(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        OssObject? made;
        if (_uploadId is null)
        {
            made = await _client.TryPutAsync(_key, _buffer.AsMemory(0, _filled), null, cancellation).ConfigureAwait(false);
        }
        else
        {
            await SendRestAsync(cancellation).ConfigureAwait(false);
            made = await _client.TryCompleteUploadAsync(_key, _uploadId, _parts, cancellation).ConfigureAwait(false);
            if (made is null)
            {
                await AbortAsync().ConfigureAwait(false);
            }
        }

        _isOver = true;
        return made;
    }

    /// <summary>Sends everything in parts and makes no object of them: whoever has the result can, also after a restart.</summary>
    public async Task<(string UploadId, IReadOnlyList<OssPart> Parts)> PrepareAsync(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        _uploadId ??= await _client.StartUploadAsync(_key, cancellation).ConfigureAwait(false);
        await SendRestAsync(cancellation).ConfigureAwait(false);
        _isOver = true;
        _parts.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        return (_uploadId, _parts);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!_isOver)
        {
            _isOver = true;
            await AbortAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isOver)
        {
            _isOver = true;
            AbortAsync().GetAwaiter().GetResult();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Copies what has room; buffers of small objects stay small.</summary>
    private int Fill(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        int count = Math.Min(bytes.Length, _partBytes - _filled);
        if (_buffer.Length < _filled + count)
        {
            int size = Math.Clamp(Math.Max(_filled + count, _buffer.Length * 2), FirstBytes, _partBytes);
            Array.Resize(ref _buffer, size);
        }

        bytes[..count].CopyTo(_buffer.AsSpan(_filled));
        _filled += count;
        _length += count;
        return count;
    }

    private async Task SendPartAsync(CancellationToken cancellation)
    {
        if (_filled == 0)
        {
            return;
        }

        _uploadId ??= await _client.StartUploadAsync(_key, cancellation).ConfigureAwait(false);
        while (_underWay.Count >= Math.Max(1, _client.Options.ParallelParts))
        {
            await TakeFinishedAsync(cancellation).ConfigureAwait(false);
        }

        Task<OssPart> part = _client.UploadPartAsync(
            _key, _uploadId, _nextNumber++, _buffer.AsMemory(0, _filled), _stop.Token);
        _underWay.Add((part, _buffer));
        _buffer = _spare.TryPop(out byte[]? spare) ? spare : new byte[_partBytes];
        _filled = 0;
    }

    private async Task SendRestAsync(CancellationToken cancellation)
    {
        await SendPartAsync(cancellation).ConfigureAwait(false);
        while (_underWay.Count > 0)
        {
            await TakeFinishedAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task TakeFinishedAsync(CancellationToken cancellation)
    {
        Task<OssPart>[] tasks = _underWay.ConvertAll(static p => p.Task).ToArray();
        Task<OssPart> done = await Task.WhenAny(tasks).WaitAsync(cancellation).ConfigureAwait(false);
        int index = Array.IndexOf(tasks, done);
        _spare.Push(_underWay[index].Buffer);
        _underWay.RemoveAt(index);
        _parts.Add(await done.ConfigureAwait(false));
    }

    /// <summary>Stops parts under way and frees those that arrived; what cannot be freed now is found as a leftover later.</summary>
    private async Task AbortAsync()
    {
        if (_uploadId is null)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        foreach ((Task<OssPart> task, _) in _underWay)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _underWay.Clear();
        try
        {
            await _client.AbortUploadAsync(_key, _uploadId).ConfigureAwait(false);
        }
        catch (OssException)
        {
            // The error that led here says more than this one would.
        }
    }
}
