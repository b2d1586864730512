using System;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: who leaves, in whatever way, leaves no job behind, also where nothing is sent that could fail. Method: the whole server over a
/// connection on loopback; a second client sees in sys.jobs that the job runs, and then that it is cancelled.
/// </summary>
public sealed class LeavingTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-leave-").FullName;
    private ServeHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = new ServeHost(
            new ServeOptions(_folder, new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default), TextWriter.Null, TextWriter.Null);
        await _host.StartAsync(default);
        using ServeClient client = await ClientAsync();
        foreach ((string table, int rate) in new[] { ("fast", 1_000_000), ("slow", 1) })
        {
            await client.Rows(
                $"CREATE TABLE {table} (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'fields.id.min' = '0')");
        }

        await client.Rows("CREATE TABLE hole (id BIGINT) WITH ('connector' = 'blackhole')");
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("fast", "", false)]
    [InlineData("fast", "", true)]
    [InlineData("slow", "", false)]
    [InlineData("slow", "", true)]
    [InlineData("slow", " WHERE id < 0", false)]
    [InlineData("slow", " WHERE id < 0", true)]
    public async Task A_query_without_end_ends_with_its_reader(string table, string where, bool byAction)
    {
        using ServeClient client = await ClientAsync();
        using ServeClient witness = await ClientAsync();
        FlightInfo info = await client.Sql.QueryAsync($"SELECT id FROM {table}{where}", ServeClient.Limit);
        FlightBatchReader reader = await client.Sql.ReadAsync(info.Endpoints[0], ServeClient.Limit);
        await witness.UntilAsync(table, "RUNNING");
        if (byAction)
        {
            Assert.True(await client.Sql.CancelAsync(info, ServeClient.Limit));
            GrpcStatus status = await client.Refused(() => DrainAsync(reader));
            Assert.Equal((GrpcStatusCode.Cancelled, "Query was cancelled by its user."), (status.Code, status.Message));
        }
        else
        {
            await reader.DisposeAsync();
        }

        await witness.UntilAsync(table, "CANCELLED");
        await reader.DisposeAsync();
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("slow")]
    public async Task An_insert_that_is_waited_for_ends_with_who_waits(string table)
    {
        using ServeClient client = await ClientAsync();
        using ServeClient witness = await ClientAsync();
        using var leaving = new CancellationTokenSource();
        Task<long> waiting = client.Sql.UpdateAsync(
            $"INSERT INTO hole SELECT id FROM {table} /*+ OPTIONS('number-of-rows' = '1000000000') */",
            new GrpcCallOptions { Cancellation = leaving.Token });
        await witness.UntilAsync(table, "RUNNING");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        await witness.UntilAsync(table, "CANCELLED");
    }

    private static async Task DrainAsync(FlightBatchReader reader)
    {
        while (await reader.ReadAsync() is { } read)
        {
            read.Batch?.Release();
        }
    }

    private Task<ServeClient> ClientAsync() => new ServeClient(_host.Address!).SignInAsync(_host.FirstToken!);
}
