using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Flight;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>Goal: every method of Flight carries what it was given. Method: our client and server over a real connection.</summary>
public abstract class FlightContract(bool isDirect)
{
    private static readonly Schema s_schema = new(
        new Field("id", DataType.Int64, false), new Field("name", DataType.Utf8, true), new Field("x", DataType.Float64, true));

    [Fact]
    public async Task Batches_of_every_type_come_back_as_they_were_sent()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client);
        for (int round = 0; round < 20; round++)
        {
            Schema schema = RandomBatches.Schema(random);
            List<RecordBatch> sent = [.. Enumerable.Range(0, 3).Select(_ =>
                RandomBatches.Batch(random, schema, random.Next(200), flight.ClientAccount))];
            await UploadAsync(flight.Client, "t", schema, sent);
            List<RecordBatch> got = await DownloadAsync(flight.Client, "t");
            try
            {
                IpcBytes.AssertEqual(sent, got, anyLayout: true);
            }
            catch (InvalidOperationException difference)
            {
                Assert.Fail($"seed {seed}, round {round}: {difference.Message}");
            }

            IpcBytes.Release(sent);
            IpcBytes.Release(got);
        }
    }

    [Fact]
    public async Task Answers_to_an_upload_come_while_it_goes_on()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client);
        await using FlightUpload upload = await flight.Client.DoPutAsync(FlightDescriptor.FromPath("t"));
        await upload.Writer.StartAsync(s_schema);
        for (int i = 0; i < 5; i++)
        {
            RecordBatch batch = RandomBatches.Batch(new Random(i), s_schema, 10 + i, flight.ClientAccount);
            await upload.Writer.WriteAsync(batch, Encoding.UTF8.GetBytes($"no {i}"));
            batch.Release();
            Assert.Equal($"{10 + i} rows no {i}", Text(await upload.ReadResultAsync()));
        }

        await upload.CompleteAsync();
        Assert.Null(await upload.ReadResultAsync());
    }

    [Fact]
    public async Task An_exchange_answers_each_batch_before_the_next_is_sent()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client);
        await using FlightExchange exchange = await flight.Client.DoExchangeAsync(FlightDescriptor.FromText("x"));
        await exchange.Writer.WriteMetadataAsync("first"u8.ToArray());
        Assert.Equal("first", Text((await exchange.Reader.ReadAsync())?.AppMetadata));
        await exchange.Writer.StartAsync(s_schema);
        for (int i = 0; i < 50; i++)
        {
            RecordBatch batch = RandomBatches.Batch(new Random(i), s_schema, i, flight.ClientAccount);
            await exchange.Writer.WriteAsync(batch, BitConverter.GetBytes(i));
            FlightBatch answer = (await exchange.Reader.ReadAsync()).GetValueOrDefault();
            IpcBytes.AssertEqual([batch], [answer.Batch!], anyLayout: true);
            Assert.Equal(i, BitConverter.ToInt32(answer.AppMetadata.Span));
            batch.Release();
            answer.Batch!.Release();
        }

        await exchange.CompleteAsync();
        Assert.Null(await exchange.Reader.ReadAsync());
    }

    [Fact]
    public async Task Streams_are_described_listed_and_polled()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client);
        List<RecordBatch> sent = [RandomBatches.Batch(new Random(1), s_schema, 7, flight.ClientAccount)];
        await UploadAsync(flight.Client, "a", s_schema, sent);
        await UploadAsync(flight.Client, "b", s_schema, sent);
        IpcBytes.Release(sent);

        FlightInfo info = await flight.Client.GetFlightInfoAsync(FlightDescriptor.FromPath("a"));
        Assert.Equal(s_schema, info.DecodeSchema());
        Assert.Equal(7, info.TotalRecords);
        Assert.Equal(-1, info.TotalBytes);
        Assert.Equal([FlightEndpoint.SameConnection], info.Endpoints.Single().Locations);
        Assert.Equal("a", Text(info.Endpoints[0].Ticket));
        Assert.Equal(s_schema, await flight.Client.GetSchemaAsync(FlightDescriptor.FromPath("b")));
        Assert.Equal(s_schema, FlightInfo.FromBytes(info.ToBytes()).DecodeSchema());

        List<string> listed = [];
        await foreach (FlightInfo one in flight.Client.ListFlightsAsync("b"u8.ToArray()))
        {
            listed.Add(one.Descriptor!.Path.Single());
        }

        Assert.Equal(["b"], listed);

        FlightPollInfo poll = await flight.Client.PollFlightInfoAsync(
            FlightDescriptor.FromPath("a"), new GrpcCallOptions { Timeout = TimeSpan.FromHours(1) });
        Assert.Equal(0.25, poll.Progress);
        Assert.NotNull(poll.Expiration);
        poll = await flight.Client.PollFlightInfoAsync(poll.Next!);
        Assert.Null(poll.Next);
        Assert.Equal(7, poll.Info!.TotalRecords);
    }

    [Fact]
    public async Task Actions_are_listed_and_done()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client);
        List<FlightActionType> types = [];
        await foreach (FlightActionType type in flight.Client.ListActionsAsync())
        {
            types.Add(type);
        }

        Assert.Equal(["echo", "wait"], types.Select(t => t.Type));
        var body = new byte[300_000];
        new Random(5).NextBytes(body);
        Assert.Equal(body, (await ActAsync(flight.Client, "echo", body)).Single());
    }

    [Fact]
    public async Task A_login_by_password_gives_a_token_that_later_calls_carry()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client, server: o => o with
        {
            Authenticate = call =>
            {
                call.Identity = call.Headers.Get("authorization") == "Bearer token-of-ann"
                    ? "ann"
                    : throw new GrpcException(GrpcStatusCode.Unauthenticated, "Token is missing or unknown.");
                return default;
            },
        });
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await FailAsync(() => ActAsync(flight.Client, "who"))).Code);
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await FailAsync(() => flight.Client.LogInAsync("ann", "wrong"))).Code);
        await flight.Client.LogInAsync("ann", "secret");
        Assert.Equal("ann  False True", Encoding.UTF8.GetString((await ActAsync(flight.Client, "who")).Single()));
    }

    [Fact]
    public async Task What_fails_behind_the_data_is_told_behind_the_data()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client);
        List<RecordBatch> sent = [RandomBatches.Batch(new Random(1), s_schema, 7, flight.ClientAccount)];
        await UploadAsync(flight.Client, "t", s_schema, sent);
        IpcBytes.Release(sent);
        await using FlightBatchReader reader = await flight.Client.DoGetAsync("t!"u8.ToArray());
        Assert.Equal("t!", Text((await reader.ReadAsync())?.AppMetadata));
        (await reader.ReadAsync())!.Value.Batch!.Release();
        GrpcException error = await Assert.ThrowsAsync<GrpcException>(async () => await reader.ReadAsync());
        Assert.Equal(GrpcStatusCode.DataLoss, error.Status.Code);
        Assert.Equal("Failed behind the data: 50 % läßt sich nicht lesen.", error.Status.Message);
        Assert.Equal("asked", error.Trailers.Get("why"));
    }

    [Fact]
    public async Task Errors_name_their_cause_to_programs_and_keep_the_servers_secrets()
    {
        using var shelf = new ShelfService();
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(shelf, client: Client);
        GrpcStatus status = await FailAsync(() => ActAsync(flight.Client, "no such"));
        Assert.Equal(GrpcStatusCode.NotFound, status.Code);
        Assert.Equal(("1234", "columnstream", "42P01"), (status.Info!.Reason, status.Info.Domain, status.Info.Metadata["sqlstate"]));
        status = await FailAsync(() => ActAsync(flight.Client, "crash"));
        Assert.Equal(GrpcStatusCode.Internal, status.Code);
        Assert.DoesNotContain("secret", status.Message, StringComparison.Ordinal);
        Assert.Contains("secret", Assert.Single(flight.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_refuses_what_it_does_not_serve_by_name()
    {
        await using LoopbackFlight flight = await LoopbackFlight.StartAsync(new EmptyService(), client: Client);
        GrpcStatus status = await FailAsync(async () => await flight.Client.GetSchemaAsync(FlightDescriptor.FromText("x")));
        Assert.Equal(GrpcStatusCode.Unimplemented, status.Code);
        Assert.Contains("GetSchema", status.Message, StringComparison.Ordinal);
        status = await FailAsync(() => ActAsync(flight.Client, "x"));
        Assert.Equal(GrpcStatusCode.Unimplemented, status.Code);
    }

    internal static async Task UploadAsync(FlightClient client, string name, Schema schema, List<RecordBatch> batches)
    {
        await using FlightUpload upload = await client.DoPutAsync(FlightDescriptor.FromPath(name));
        await upload.Writer.StartAsync(schema);
        foreach (RecordBatch batch in batches)
        {
            await upload.Writer.WriteAsync(batch);
        }

        await upload.CompleteAsync();
        while (await upload.ReadResultAsync() is not null)
        {
        }
    }

    internal static async Task<List<RecordBatch>> DownloadAsync(FlightClient client, string ticket, GrpcCallOptions? options = null)
    {
        await using FlightBatchReader reader = await client.DoGetAsync(Encoding.UTF8.GetBytes(ticket), options);
        List<RecordBatch> batches = [];
        while (await reader.ReadAsync() is { } message)
        {
            if (message.Batch is { } batch)
            {
                batches.Add(batch);
            }
        }

        return batches;
    }

    internal static async Task<List<byte[]>> ActAsync(FlightClient client, string type, byte[]? body = null, GrpcCallOptions? options = null)
    {
        List<byte[]> results = [];
        await foreach (ReadOnlyMemory<byte> result in client.DoActionAsync(new FlightAction(type, body ?? []), options))
        {
            results.Add(result.ToArray());
        }

        return results;
    }

    internal static async Task<GrpcStatus> FailAsync(Func<Task> act) => (await Assert.ThrowsAsync<GrpcException>(act)).Status;

    private GrpcChannelOptions Client(GrpcChannelOptions channel) => channel with { UsesDirectHttp2 = isDirect };

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } b ? Encoding.UTF8.GetString(b.Span) : null;

    private sealed class EmptyService : FlightService;
}
