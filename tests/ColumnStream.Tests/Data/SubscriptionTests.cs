using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Printing;
using ColumnStream.Data;
using ColumnStream.Tests.Server.Session;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: a program follows a view that changes, and is told when it must begin anew. Method: a whole server over generated rows; what
/// the changes add up to is compared with what is known of the rows.
/// </summary>
public sealed class SubscriptionTests(ITestOutputHelper output)
{
    private const string Endless = "CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20000', "
        + "'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000000')";

    private const string Query = "SELECT id % 3 AS k, COUNT(*) AS n, MAX(id) AS last FROM endless GROUP BY id % 3";

    [Fact]
    public async Task Changes_add_up_to_the_view_and_cancelling_ends_the_job_behind_them()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await connection.CreateCommand(Endless).ExecuteNonQueryAsync();
        await using ColumnStreamCommand command = connection.CreateCommand(Query);
        using var cancellation = new CancellationTokenSource();
        var view = new Dictionary<long, (long Count, long Last)>();
        int updates = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ColumnStreamChange change in command.SubscribeAsync(cancellationToken: cancellation.Token))
            {
                Assert.Equal(("k", 3), (change.GetName(0), change.FieldCount));
                long key = change.GetFieldValue<long>(0);
                Assert.False(change.IsDBNull(1));
                (long, long) row = ((long)change["n"], (long)change[2]);
                switch (change.Kind)
                {
                    case ColumnStreamRowKind.Insert:
                        view.Add(key, row);
                        break;
                    case ColumnStreamRowKind.UpdateBefore:
                        Assert.Equal(view[key], row);
                        break;
                    case ColumnStreamRowKind.UpdateAfter:
                        view[key] = row;
                        updates++;
                        break;
                    default:
                        Assert.Fail($"{change.Kind}");
                        break;
                }

                // The rows are 1, 2, 3 … in order: the last of a key tells how many there were.
                (long count, long last) = view[key];
                Assert.Equal((last + 2) / 3, count);
                if (updates == 50)
                {
                    // The connection is free meanwhile, and its own statements are not told of changes.
                    Assert.Equal(1, await connection.CreateCommand("SELECT 1").ExecuteScalarAsync());
                    Assert.Equal(1, await RunningAsync(connection));
                    await cancellation.CancelAsync();
                }
            }
        });
        long from = TimeProvider.System.GetTimestamp();
        while (await RunningAsync(connection) > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from) < SessionWorld.Limit, "the job goes on without its subscription");
        }

        output.WriteLine($"the job ended {TimeProvider.System.GetElapsedTime(from).TotalMilliseconds:F0} ms behind the cancel");
        Assert.Equal(3, view.Count);
    }

    [Fact]
    public async Task Batches_carry_kinds_beside_rows_and_a_query_that_ends_ends_the_loop()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await using ColumnStreamCommand command = connection.CreateCommand(
            "SELECT a, COUNT(*) AS n FROM (VALUES (1), (2), (1), (@last)) AS t (a) GROUP BY a");
        command.Parameters.AddWithValue("last", 2);
        var view = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (ColumnStreamChangeBatch batch in command.SubscribeBatchesAsync())
        {
            Assert.False(batch.IsReset);
            Assert.Equal(["a", "n"], batch.Rows!.Schema.Fields.Select(static field => field.Name));
            for (int row = 0; row < batch.Rows.Length; row++)
            {
                var text = new StringBuilder();
                RecordBatchPrinter.AppendRow(text, batch.Rows, row);
                int sign = batch.Kinds.Span[row] is ColumnStreamRowKind.Insert or ColumnStreamRowKind.UpdateAfter ? 1 : -1;
                view[text.ToString()] = view.GetValueOrDefault(text.ToString()) + sign;
            }
        }

        Assert.Equal(["1 | 2", "2 | 2"], view.Where(static row => row.Value != 0).Select(static row => row.Key));
        Assert.Equal(0, served.Source.UsedBytes);
    }

    [Fact]
    public async Task A_broken_connection_is_an_error_or_by_option_a_new_beginning()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        await connection.CreateCommand(Endless).ExecuteNonQueryAsync();
        await using ColumnStreamCommand command = connection.CreateCommand(Query);
        var options = new ColumnStreamSubscriptionOptions { MaxReconnects = 100, ReconnectDelay = TimeSpan.FromMilliseconds(20) };
        await using IAsyncEnumerator<ColumnStreamChange> plain = command.SubscribeAsync().GetAsyncEnumerator();
        await using IAsyncEnumerator<ColumnStreamChange> lasting = command.SubscribeAsync(options).GetAsyncEnumerator();
        Assert.True(await plain.MoveNextAsync());
        Assert.True(await lasting.MoveNextAsync());
        Assert.Equal(ColumnStreamRowKind.Insert, lasting.Current.Kind);
        await served.RestartAsync();
        ColumnStreamException broken = await Assert.ThrowsAsync<ColumnStreamException>(async () =>
        {
            while (await plain.MoveNextAsync())
            {
            }
        });
        Assert.True(broken.IsTransient, broken.ToString());
        do
        {
            Assert.True(await lasting.MoveNextAsync());
        }
        while (lasting.Current.Kind != ColumnStreamRowKind.Reset);
        Assert.True(await lasting.MoveNextAsync());
        Assert.Equal(ColumnStreamRowKind.Insert, lasting.Current.Kind);
        Assert.Equal(((long)lasting.Current["last"] + 2) / 3, (long)lasting.Current["n"]);
    }

    [Fact]
    public async Task What_has_no_changes_is_refused_by_name()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ColumnStreamConnection connection = await served.Source.OpenConnectionAsync();
        ColumnStreamException refused = await Assert.ThrowsAsync<ColumnStreamException>(async () =>
            await connection.CreateCommand("SHOW TABLES").SubscribeAsync().GetAsyncEnumerator().MoveNextAsync());
        Assert.Contains("no first column 'op'", refused.Message, StringComparison.Ordinal);
        Assert.Equal("0A000", refused.SqlState);
        refused = await Assert.ThrowsAsync<ColumnStreamException>(async () =>
            await connection.CreateCommand("SELEC 1").SubscribeAsync().GetAsyncEnumerator().MoveNextAsync());
        Assert.Equal("42601", refused.SqlState);
    }

    /// <summary>Counts the SELECTs that run beside the one that asks.</summary>
    private static async Task<long> RunningAsync(ColumnStreamConnection connection) => (long)(await connection.CreateCommand(
        "SELECT COUNT(*) FROM sys.jobs WHERE statement = 'SELECT' AND status = 'RUNNING' AND job < (SELECT MAX(job) FROM sys.jobs)")
        .ExecuteScalarAsync())!;
}
