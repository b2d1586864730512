using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Hosting;

/// <summary>Delivers a pipe's bytes; large reads wait for much at once and copy into their target as it arrives.</summary>
internal sealed class PipeSource(PipeReader reader, GrpcServerOptions options, CancellationToken cancellation)
    : ByteSource, IDisposable
{
    // 2026-11-23: waiting for up to 128 KiB instead of whatever came takes a third of an upload's CPU.
    private const int MostAwaited = 128 << 10;
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _isAwaited;
    private ReadOnlySequence<byte> _buffer;
    private bool _isOpen;
    private bool _isCompleted;

    /// <summary>Gets whether a read was given up, since the client sent nothing for too long.</summary>
    public bool IsIdle { get; private set; }

    public override ValueTask<bool> FillAsync(int count) =>
        _buffer.Length >= count ? new(true) : FillSlowAsync(count);

    public override int Peek(Span<byte> target)
    {
        ReadOnlySpan<byte> first = _buffer.FirstSpan;
        if (first.Length >= target.Length)
        {
            first[..target.Length].CopyTo(target);
            return target.Length;
        }

        int count = (int)Math.Min(target.Length, _buffer.Length);
        _buffer.Slice(0, count).CopyTo(target);
        return count;
    }

    public override void Skip(int count) => _buffer = _buffer.Slice(count);

    public override async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        int done = 0;
        while (true)
        {
            int count = Peek(target.Span[done..]);
            Skip(count);
            done += count;
            if (done == target.Length || !await FillSlowAsync(Math.Min(target.Length - done, MostAwaited), partial: true)
                .ConfigureAwait(false))
            {
                return done;
            }
        }
    }

    /// <summary>Passes over what is left, up to its end or to a number of bytes.</summary>
    public async ValueTask DrainAsync(long most, CancellationToken limit)
    {
        Close();
        while (most > 0 && !_isCompleted)
        {
            ReadResult result = await reader.ReadAsync(limit).ConfigureAwait(false);
            most -= result.Buffer.Length;
            _isCompleted = result.IsCompleted;
            reader.AdvanceTo(result.Buffer.End);
        }
    }

    /// <summary>Gives the pipe back what was not consumed.</summary>
    public void Close()
    {
        if (_isOpen)
        {
            _isOpen = false;
            reader.AdvanceTo(_buffer.Start);
            _buffer = default;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isAwaited = false;
            _timer?.Dispose();
        }
    }

    private async ValueTask<bool> FillSlowAsync(int count, bool partial = false)
    {
        if (_isCompleted)
        {
            return false;
        }

        ReadResult result = await ReadAsync(count).ConfigureAwait(false);
        _buffer = result.Buffer;
        _isOpen = true;
        _isCompleted = result.IsCompleted;
        return partial ? !_buffer.IsEmpty : _buffer.Length >= count;
    }

    /// <summary>
    /// Waits for bytes; a client's reset comes as a broken pipe, at times before the call is told that it was left.
    /// </summary>
    private async ValueTask<ReadResult> ReadAsync(int count)
    {
        try
        {
            long seen = _buffer.Length;
            if (_isOpen)
            {
                _isOpen = false;
                reader.AdvanceTo(_buffer.Start, _buffer.End);
            }

            ValueTask<ReadResult> reading = reader.ReadAtLeastAsync(count, cancellation);
            return options.IdleTimeout == TimeSpan.Zero
                ? await reading.ConfigureAwait(false) : await AwaitAsync(reading, seen, count).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new GrpcException(GrpcStatusCode.Cancelled, "The client broke the request off.", error);
        }
    }

    /// <summary>Waits for as long as bytes come, each of which gives the client the whole limit again.</summary>
    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> reading, long seen, int count)
    {
        while (true)
        {
            bool isThere = reading.IsCompletedSuccessfully;
            ReadResult result = isThere ? await reading.ConfigureAwait(false) : await WaitAsync(reading).ConfigureAwait(false);
            if (!result.IsCanceled || result.IsCompleted || result.Buffer.Length >= count)
            {
                return result;
            }

            // What is interrupted without a wait: the timer went off as the wait before came to its end.
            bool isIdle = !isThere && result.Buffer.Length == seen;
            seen = result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (isIdle)
            {
                IsIdle = true;
                throw new GrpcException(options.OwnStatus(
                    GrpcStatusCode.DeadlineExceeded,
                    $"The client sent nothing of its request for {options.IdleTimeout} (--idle-timeout)."));
            }

            reading = reader.ReadAtLeastAsync(count, cancellation);
        }
    }

    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading)
    {
        Expect(true);
        try
        {
            return await reading.ConfigureAwait(false);
        }
        finally
        {
            Expect(false);
        }
    }

    private void Expect(bool isAwaited)
    {
        lock (_lock)
        {
            _isAwaited = isAwaited;
            _timer ??= options.Time.CreateTimer(
                static source => ((PipeSource)source!).Interrupt(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(isAwaited ? options.IdleTimeout : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Has the read that waits return with what came, on the timer's thread; a call that is over is not touched.</summary>
    private void Interrupt()
    {
        lock (_lock)
        {
            if (_isAwaited)
            {
                reader.CancelPendingRead();
            }
        }
    }
}
