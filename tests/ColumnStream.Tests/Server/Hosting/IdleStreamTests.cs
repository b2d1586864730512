using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Testing.Contracts;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: a result that nobody reads does not keep its job, nor does an upload that stops. Method: the whole server with a short limit; one client that takes nothing, one that
/// takes a batch now and then, one whose rows do not come.
/// </summary>
public sealed class IdleStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(8);
    private readonly TempFolder _folder = new();
    private readonly StringWriter _log = new();
    private ServeHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = new ServeHost(
            new ServeOptions(_folder.At("data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default) { IdleTimeout = s_limit },
            TextWriter.Null, TextWriter.Synchronized(_log));
        await _host.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        _folder.Dispose();
    }

    [Fact]
    public async Task A_result_that_nobody_takes_ends_with_its_job_and_others_go_on()
    {
        using ServeClient client = await new ServeClient(_host.Address!).SignInAsync(_host.FirstToken!);
        Directory.CreateDirectory(_folder.At("data/files/quiet"));
        await client.Rows("CREATE TABLE many (a STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000')");
        await client.Rows(
            "CREATE TABLE quiet (a STRING) WITH ('connector' = 'filesystem', 'path' = 'quiet', 'format' = 'csv', "
            + "'source.monitor-interval' = '1 s')");
        using var slow = new ServeClient(_host.Address!);
        using var other = new ServeClient(_host.Address!);
        await slow.SignInAsync(_host.FirstToken!);
        await other.SignInAsync(_host.FirstToken!);
        long from = TimeProvider.System.GetTimestamp();
        await using FlightBatchReader left = await Open(client, "SELECT * FROM many");
        await using FlightBatchReader slowly = await Open(slow, "SELECT * FROM many");
        await using FlightBatchReader waiting = await Open(other, "SELECT * FROM quiet");
        Task next = waiting.ReadAsync().AsTask();
        while (!_log.ToString().Contains("CST6005", StringComparison.Ordinal))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from) < SessionWorld.Limit, "it does not end");
            await Task.Delay(200);
            await Take(slowly);
        }

        Assert.True(TimeProvider.System.GetElapsedTime(from) > s_limit);

        // Its client finds the end behind what was under way; the others go on for another limit.
        await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            while (await left.ReadAsync() is { } read)
            {
                read.Batch?.Release();
            }
        });
        long until = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(until) < s_limit * 1.5)
        {
            await Task.Delay(200);
            await Take(slowly);
        }

        Assert.False(next.IsFaulted);
        using ServeClient asking = await new ServeClient(_host.Address!).SignInAsync(_host.FirstToken!);
        Assert.Equal(["CANCELED", "RUNNING", "RUNNING"], await asking.Rows(
            "SELECT REPLACE(status, 'CANCELLED', 'CANCELED') AS s FROM sys.jobs WHERE job_id IN ('select-1', 'select-2', 'select-3') ORDER BY job_id"));
        Assert.Contains(
            await asking.Rows("SELECT message FROM sys.errors"), static m => m.Contains("took nothing of the answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_that_stops_ends_with_its_job_and_says_why()
    {
        using ServeClient client = await new ServeClient(_host.Address!).SignInAsync(_host.FirstToken!);
        using ServeClient other = await new ServeClient(_host.Address!).SignInAsync(_host.FirstToken!);
        await client.Rows("CREATE TABLE hole (a BIGINT) WITH ('connector' = 'blackhole')");
        using var limit = new CancellationTokenSource(SessionWorld.Limit);
        Task<long> upload = client.Sql.IngestAsync(
            new SqlIngest("hole") { IfExists = SqlIngestMode.Append }, new Schema(new Field("a", DataType.Int64)), Rows(), ServeClient.Limit);
        GrpcStatus status = await client.Refused(() => upload);
        Assert.Equal((GrpcStatusCode.DeadlineExceeded, "CST6005"), (status.Code, status.Info!.Reason));
        Assert.Contains("sent nothing of its request for 00:00:08 (--idle-timeout)", status.Message, StringComparison.Ordinal);
        Assert.Contains(
            await other.Rows("SELECT message FROM sys.errors"), static m => m.Contains("sent nothing of its request", StringComparison.Ordinal));
        while ((await other.Rows("SELECT COUNT(*) FROM sys.jobs WHERE status IN ('CREATED', 'RUNNING') AND job_id LIKE '%hole%'"))[0] != "0")
        {
            await Task.Delay(50, limit.Token);
        }

        async IAsyncEnumerable<RecordBatch> Rows()
        {
            using var column = new FixedWidthBuilder(DataType.Int64, client.Account, 1);
            column.Append(1L);
            var batch = new RecordBatch(new Schema(new Field("a", DataType.Int64)), [column.Finish()], 1);
            yield return batch;
            batch.Release();
            // The client looks at the answer when it has sent what it has.
            while (!_log.ToString().Contains("sent nothing of its request", StringComparison.Ordinal))
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    private static async Task<FlightBatchReader> Open(ServeClient client, string sql)
    {
        FlightInfo info = await client.Sql.QueryAsync(sql, ServeClient.Limit);
        FlightBatchReader reader = await client.Sql.ReadAsync(info.Endpoints[0], ServeClient.Limit with { Timeout = TimeSpan.FromMinutes(2) });
        if (!sql.EndsWith("quiet", StringComparison.Ordinal))
        {
            await Take(reader);
        }

        return reader;
    }

    private static async Task Take(FlightBatchReader reader)
    {
        if (await reader.ReadAsync() is { } read)
        {
            read.Batch?.Release();
        }
    }
}
