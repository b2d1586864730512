using System;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Hosting;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: the limit on silent clients ends no request whose client was in time. Method: a pipe and a clock that moves between the end of
/// a read and whoever waits for it.
/// </summary>
public sealed class PipeSourceTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Breaks when the interruption of a read that has just ended is taken for the end of the request.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_limit_that_comes_as_a_read_ends_does_not_end_the_request(bool isPartial)
    {
        var time = new SteppedTime();
        var pipe = new Pipe();
        using var source = new PipeSource(
            new LateReader(pipe.Reader, () => time.Advance(s_idle)),
            new GrpcServerOptions { Listeners = [], Time = time, IdleTimeout = s_idle }, CancellationToken.None);
        Task<bool> first = source.FillAsync(2).AsTask();
        await pipe.Writer.WriteAsync(new byte[] { 1, 2 });
        Assert.True(await first.WaitAsync(s_limit));
        source.Skip(2);

        var rest = new byte[3];
        Task<int> second = isPartial ? source.ReadAsync(rest).AsTask() : FillAsync(source, rest);
        await pipe.Writer.WriteAsync(new byte[] { 3, 4 });
        await pipe.Writer.WriteAsync(new byte[] { 5 });
        Assert.Equal(3, await second.WaitAsync(s_limit));
        Assert.Equal(new byte[] { 3, 4, 5 }, rest);
        Assert.False(source.IsIdle);
        source.Close();
    }

    /// <summary>Breaks when an interrupted read waits for more than it needs: the client may wait for the answer.</summary>
    [Fact]
    public async Task What_came_with_the_limit_is_enough()
    {
        var time = new SteppedTime();
        var held = new HeldScheduler();
        var pipe = new Pipe(new PipeOptions(readerScheduler: held, useSynchronizationContext: false));
        using var source = new PipeSource(
            pipe.Reader, new GrpcServerOptions { Listeners = [], Time = time, IdleTimeout = s_idle }, CancellationToken.None);
        Task<bool> first = source.FillAsync(2).AsTask();
        await pipe.Writer.WriteAsync(new byte[] { 1, 2 });
        time.Advance(s_idle);
        held.Run();
        Assert.True(await first.WaitAsync(s_limit));
        source.Close();
    }

    private static async Task<int> FillAsync(PipeSource source, byte[] target) =>
        await source.FillAsync(target.Length) ? source.Peek(target) : 0;

    /// <summary>Keeps who waits for a read, after it has ended, until a test lets go.</summary>
    private sealed class HeldScheduler : PipeScheduler
    {
        private Action? _held;

        public override void Schedule(Action<object?> action, object? state) => _held += () => action(state);

        public void Run() => Interlocked.Exchange(ref _held, null)?.Invoke();
    }

    /// <summary>Calls something between the end of the first read and whoever waits for it.</summary>
    private sealed class LateReader(PipeReader reader, Action ended) : PipeReader
    {
        private Action? _ended = ended;

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken);
            Interlocked.Exchange(ref _ended, null)?.Invoke();
            return result;
        }

        public override bool TryRead(out ReadResult result) => reader.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => reader.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => reader.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => reader.CancelPendingRead();

        public override void Complete(Exception? exception = null) => reader.Complete(exception);
    }
}
