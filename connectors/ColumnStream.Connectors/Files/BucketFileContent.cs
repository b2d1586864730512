using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads an object in blocks; the block behind the one in use is under way already, so that lines are seldom waited for.</summary>
/// <remarks>All of it comes from the content that was there when it was opened: another one in its place is an error.</remarks>
internal sealed class BucketFileContent : FileContent
{
    private const int MostBlockBytes = 1 << 20;
    private readonly IBucket _bucket;
    private readonly BucketObject _item;
    private readonly CancellationTokenSource _stop = new();
    private byte[] _block;
    private byte[] _ahead;
    private long _start;
    private int _filled;
    private Task<int>? _next;
    private long _nextStart;
    private Stream? _stream;
    private long _streamAt = -1;

    /// <summary>Opens an object, from which nothing is read yet.</summary>
    public BucketFileContent(IBucket bucket, BucketObject item)
    {
        _bucket = bucket;
        _item = item;
        int size = (int)Math.Clamp(item.Length, 1, MostBlockBytes);
        _block = new byte[size];
        _ahead = new byte[size];
    }

    /// <inheritdoc/>
    public override long Length => _item.Length;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, long offset)
    {
        if (offset >= Length || buffer.Length == 0)
        {
            return 0;
        }

        if (!IsHere(offset))
        {
            Turn(offset);
        }

        int count = (int)Math.Min(buffer.Length, _start + _filled - offset);
        _block.AsSpan((int)(offset - _start), count).CopyTo(buffer);
        return count;
    }

    /// <inheritdoc/>
    public override bool IsReady(long offset, Action wake)
    {
        if (offset >= Length || IsHere(offset))
        {
            return true;
        }

        if (_next is null || _nextStart != offset)
        {
            Begin(offset);
        }

        if (_next!.IsCompleted)
        {
            return true;
        }

        _ = _next.ContinueWith(
            static (_, state) => ((Action)state!)(), wake, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return false;
    }

    /// <inheritdoc/>
    public override uint Check(long end) => Checksum.Add(Checksum.Start, Encoding.UTF8.GetBytes(_item.ETag));

    /// <inheritdoc/>
    public override Stream OpenStream() => new FileContentStream(new BucketFileContent(_bucket, _item));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stop.Cancel();
        Settle();
        _stream?.Dispose();
        _stream = null;
        _stop.Dispose();
    }

    private bool IsHere(long offset) => offset >= _start && offset < _start + _filled;

    /// <summary>Makes the block from <paramref name="offset"/> on the one in use and asks for the one behind it.</summary>
    private void Turn(long offset)
    {
        if (_next is null || _nextStart != offset)
        {
            Begin(offset);
        }

        Task<int> next = _next!;
        _next = null;
        _filled = 0;
        int filled = next.GetAwaiter().GetResult();
        (_block, _ahead) = (_ahead, _block);
        _start = offset;
        _filled = filled;
        if (_start + _filled < Length)
        {
            Begin(_start + _filled);
        }
    }

    private void Begin(long offset)
    {
        Settle();
        _nextStart = offset;
        _next = FillAsync(offset, _ahead, _stop.Token);
    }

    private async Task<int> FillAsync(long offset, byte[] block, CancellationToken cancellation)
    {
        if (_stream is null || _streamAt != offset)
        {
            _stream?.Dispose();
            _stream = null;
            _stream = await _bucket.OpenReadAsync(_item, offset, cancellation).ConfigureAwait(false);
            _streamAt = offset;
        }

        int filled = await _stream.ReadAtLeastAsync(
            block.AsMemory(), (int)Math.Min(block.Length, Length - offset), throwOnEndOfStream: true, cancellation)
            .ConfigureAwait(false);
        _streamAt += filled;
        return filled;
    }

    /// <summary>Waits for what is under way and is not wanted any more.</summary>
    private void Settle()
    {
        if (_next is not null)
        {
            ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            _next = null;
        }
    }
}
