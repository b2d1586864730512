using System;
using System.IO;
using System.Net;
using System.Threading.Tasks;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Testing.Contracts;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: a result that nobody reads does not keep its job. Method: the whole server with a short limit; one client that takes nothing, one that
/// takes a batch now and then, one whose rows do not come.
/// </summary>
public sealed class IdleStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);
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
        await using FlightBatchReader left = await Open(client, "SELECT * FROM many");
        await using FlightBatchReader slowly = await Open(slow, "SELECT * FROM many");
        await using FlightBatchReader waiting = await Open(other, "SELECT * FROM quiet");
        Task next = waiting.ReadAsync().AsTask();
        long from = TimeProvider.System.GetTimestamp();
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
