using System;
using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Service;
using ColumnStream.Testing.FlightSql;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: what comes as the time for it is over counts. Method: it comes while the exception that says so is being thrown, before anybody
/// has caught it.
/// </summary>
public sealed class LastMomentTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly AsyncLocal<Action?> s_onTimeout = new();
    private readonly SteppedTime _time = new();
    private readonly BufferPool _pool = BufferPools.FromEnvironment();
    private readonly BufferAllocator _allocator;

    public LastMomentTests()
    {
        _allocator = new BufferAllocator("test", _pool);
        AppDomain.CurrentDomain.FirstChanceException += OnThrown;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= OnThrown;
        _allocator.Dispose();
        _pool.Dispose();
    }

    /// <summary>Breaks when a client that reads at the last moment is answered with an internal error.</summary>
    [Fact]
    public async Task An_answer_that_is_taken_as_its_time_is_over_goes_on()
    {
        var pipe = new Pipe(new PipeOptions(
            writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 2, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var options = new GrpcServerOptions { Listeners = [], IdleTimeout = TimeSpan.FromMinutes(1), Time = _time };
        var sink = new PipeSink(pipe.Writer, static () => { }, options, default);
        s_onTimeout.Value = () =>
        {
            if (pipe.Reader.TryRead(out ReadResult read))
            {
                pipe.Reader.AdvanceTo(read.Buffer.End);
            }
        };
        sink.Append("12345"u8);
        Task flush = sink.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);
        _time.Advance(options.IdleTimeout);
        await flush.WaitAsync(s_limit);
        Assert.False(sink.IsIdle || sink.IsBroken);
    }

    /// <summary>Breaks when a row that comes together with a sign of life ends its statement, or is never given back.</summary>
    [Fact]
    public async Task A_row_that_comes_as_a_sign_of_life_is_due_is_sent()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var sink = new PipeSink(pipe.Writer, static () => { }, new GrpcServerOptions { Listeners = [] }, default);
        var output = new FlightBatchWriter(new FlightDataWriter(new FrameWriter(sink, compresses: false)), _allocator, new NoReader());
        var call = new FlightCall("DoGet", new GrpcMetadata(), new GrpcPeer(null, false, null), null, _allocator);
        var login = new SqlLogin("ann", string.Empty, OwnsSession: true);
        var rows = new LateRow();
        var session = new ClientSession(
            "1", login, await new MemorySqlBackend(_allocator).OpenSessionAsync(login, default));
        await using var execution = new ExecutionHandle(new PreparedHandle(session, rows), null);
        var options = new FlightSqlOptions { KeepAlive = TimeSpan.FromMinutes(1) };
        RecordBatch row = Row();
        s_onTimeout.Value = () => rows.Next.TrySetResult(row);
        Task run = new ResultStream(output, call, options, _time).RunAsync(execution);
        Assert.False(run.IsCompleted);
        _time.Advance(options.KeepAlive);
        await run.WaitAsync(s_limit);
        Assert.Equal(2, rows.Reads);
    }

    private static void OnThrown(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is TimeoutException)
        {
            s_onTimeout.Value?.Invoke();
        }
    }

    private RecordBatch Row()
    {
        using var column = new FixedWidthBuilder(DataType.Int64, _allocator, 1);
        column.Append(1L);
        return new RecordBatch(LateRow.Number, [column.Finish()], 1);
    }

    private sealed class NoReader : FlightStreamHooks
    {
        public override ValueTask<FrameReader> OpenAsync() => throw new InvalidOperationException();
    }

    /// <summary>Is a statement whose one row comes when the test says so.</summary>
    private sealed class LateRow : ISqlStatement, ISqlResult
    {
        public static Schema Number { get; } = new(new Field("n", DataType.Int64, Nullable: false));

        public TaskCompletionSource<RecordBatch?> Next { get; } = new();

        public int Reads { get; private set; }

        public bool IsUpdate => false;

        public Schema ResultSchema => Number;

        public Schema ParameterSchema => new();

        public Schema Schema => Number;

        public ValueTask<ISqlResult> QueryAsync(RecordBatch? parameters, CancellationToken cancellation) => new(this);

        public ValueTask<long> UpdateAsync(RecordBatch? parameters, CancellationToken cancellation) => new(0);

        public ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation) =>
            ++Reads == 1 ? new ValueTask<RecordBatch?>(Next.Task) : default;

        public ValueTask DisposeAsync() => default;
    }
}
