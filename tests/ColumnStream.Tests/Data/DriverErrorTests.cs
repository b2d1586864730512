using System;
using System.Data.Common;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Data.Execution;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight.Grpc;
using ColumnStream.Server.Hosting;
using Xunit;
using ColumnStreamException = ColumnStream.Data.ColumnStreamException;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: programs decide by SqlState and IsTransient alone. Method: each row of the table of errors as the server says it and the
/// driver hears it.
/// </summary>
public sealed class DriverErrorTests
{
    [Fact]
    public void Each_error_of_the_table_reaches_programs_with_its_state_and_retry_rule()
    {
        foreach (ErrorCode row in ErrorCodes.All)
        {
            var told = (GrpcException)ErrorStatus.Wrap(new UserException(row.Code, "Text of the error."));
            var heard = new ColumnStreamException(told);
            Assert.Equal(
                (row.SqlState, row.IsRetryable, "CST" + row.Code.ToString("D4", CultureInfo.InvariantCulture)),
                (heard.SqlState, heard.IsTransient, heard.Code));
            Assert.Equal(ErrorStatus.CodeOf(row), heard.StatusCode);
            Assert.Contains("Text of the error.", heard.Message, StringComparison.Ordinal);
        }

        // What is retryable this time only, such as a store that did not answer, says so itself.
        var once = (GrpcException)ErrorStatus.Wrap(new ExternalException(5061, "A store is away.", retryable: true));
        Assert.True(new ColumnStreamException(once).IsTransient);
    }

    [Theory]
    [InlineData("SET 'a' = 'b'", true)]
    [InlineData("  reset", true)]
    [InlineData("-- why\n/* so */ use db", true)]
    [InlineData("// why\r\nUSE CATALOG c", true)]
    [InlineData("CREATE  TEMPORARY TABLE t (a INT)", true)]
    [InlineData("create /* short-lived */ -- so\n temporary\tview v AS SELECT 1", true)]
    [InlineData("\uFEFFDROP TEMPORARY VIEW v", true)]
    [InlineData("LOAD MODULE hive", true)]
    [InlineData("SETS", false)]
    [InlineData("CREATE TABLE temporary (a INT)", false)]
    [InlineData("SELECT 1 -- SET", false)]
    [InlineData("/* SET", false)]
    [InlineData("", false)]
    public void Statements_that_change_the_session_are_known_as_the_server_reads_them(string sql, bool changes) =>
        Assert.Equal(changes, SqlText.ChangesSession(sql));

    [Fact]
    public async Task A_pool_that_is_used_up_says_so_to_all_who_wait_and_serves_them_when_places_come_back()
    {
        await using DriverServer server = await DriverServer.StartAsync(";Max Pool Size=2;Timeout=5");
        ColumnStreamConnection one = await server.Source.OpenConnectionAsync();
        await using ColumnStreamConnection two = await server.Source.OpenConnectionAsync();
        Exception?[] waited = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            await Record.ExceptionAsync(async () => await server.Source.OpenConnectionAsync())));
        Assert.All(waited, error => Assert.Contains(
            "Max Pool Size", Assert.IsType<ColumnStreamException>(error).Message, StringComparison.Ordinal));
        Assert.All(waited, error => Assert.True(((DbException)error!).IsTransient));
        await one.DisposeAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var again = new ColumnStreamConnection(server.Server.ConnectionString + ";Max Pool Size=3;Timeout=60");
            await again.OpenAsync();
            Assert.Equal("ann", await again.CreateCommand("SELECT USER").ExecuteScalarAsync());
        }));
        Assert.Equal(1, server.Source.IdleSessions);
    }

    /// <summary>
    /// Breaks when what a cancelled statement does not need any more is cancelled too: whoever cancels gets an error, and a timer of
    /// CommandTimeout would end the process.
    /// </summary>
    [Fact]
    public async Task A_statement_that_is_cancelled_as_it_ends_ends_well()
    {
        using var asked = new CancellationTokenSource();
        await using DriverServer server = await DriverServer.StartAsync();
        // A statement lets go of its clock between its last call and the caller's token.
        var time = new LetGoTime(TimeSpan.FromSeconds(1234), asked.Cancel);
        await using var source = new ColumnStreamDataSource(
            new ColumnStreamConnectionStringBuilder(server.Server.ConnectionString), time);
        await using ColumnStreamConnection connection = await source.OpenConnectionAsync();
        await using ColumnStreamCommand command = connection.CreateCommand("CHANGE 5");
        command.CommandTimeout = 1234;
        Assert.Equal(5, await command.ExecuteNonQueryAsync(asked.Token));
        Assert.True(asked.IsCancellationRequested);
    }

    /// <summary>Is the clock, and tells when a timer of a certain length is let go of.</summary>
    private sealed class LetGoTime(TimeSpan length, Action letGo) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = System.CreateTimer(callback, state, dueTime, period);
            return dueTime == length ? new LetGoTimer(timer, letGo) : timer;
        }
    }

    private sealed class LetGoTimer(ITimer timer, Action letGo) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            timer.Dispose();
            letGo();
        }

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
