using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Client;
using ColumnStream.Server.Session;
using ColumnStream.Testing.Flight;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>Is one Flight SQL client of a server, for tests.</summary>
internal sealed class ServeClient : IDisposable
{
    private readonly BufferPool _pool = BufferPools.FromEnvironment();
    private readonly FlightClient _flight;

    public ServeClient(IPEndPoint address)
    {
        Account = new BufferAllocator("client", _pool);
        _flight = new FlightClient(new FlightClientOptions
        {
            Channel = new GrpcChannelOptions
            {
                Host = address.Address.ToString(), Port = address.Port, UsesDirectHttp2 = LoopbackFlight.UsesDirectHttp2,
            },
            Allocator = Account,
            Reader = IpcReaderOptions.Engine,
        });
        Sql = new FlightSqlClient(_flight);
    }

    public BufferAllocator Account { get; }

    public FlightSqlClient Sql { get; }

    public static GrpcCallOptions Limit => new() { Timeout = SessionWorld.Limit };

    /// <summary>Signs in with a lasting token, for a session of its own.</summary>
    public async Task<ServeClient> SignInAsync(string token)
    {
        _flight.Headers = Bearer(token);
        GrpcMetadata? answered = null;
        await _flight.HandshakeAsync(default, Limit with { OnHeaders = headers => answered = headers });
        _flight.Headers = Bearer(answered!.Get("authorization")!["Bearer ".Length..]);
        return this;
    }

    public Task LogInAsync(string user, string password) => _flight.LogInAsync(user, password, Limit);

    /// <summary>Runs a query and returns its rows as text.</summary>
    public async Task<string[]> Rows(string sql) => await Rows(await Sql.QueryAsync(sql, Limit));

    public async Task<string[]> Rows(FlightInfo info)
    {
        var rows = new List<string>();
        await using FlightBatchReader reader = await Sql.ReadAsync(info.Endpoints[0], Limit);
        while (await reader.ReadAsync() is { } read)
        {
            if (read.Batch is { } batch)
            {
                Assert.Equal(info.DecodeSchema()!.Fields.Count, batch.Columns.Length);
                rows.AddRange(Text(batch));
                batch.Release();
            }
        }

        return [.. rows];
    }

    /// <summary>Waits until the job that reads a table stands so; the jobs of its own questions read others.</summary>
    public async Task UntilAsync(string table, string status)
    {
        long from = TimeProvider.System.GetTimestamp();
        while (true)
        {
            string[] stand = await Rows(
                "SELECT status FROM sys.jobs WHERE job IN (SELECT job FROM sys.operators WHERE operator LIKE "
                + $"'source default_catalog.default_database.{table} (%')");
            if (stand.Contains(status))
            {
                return;
            }

            Assert.True(
                TimeProvider.System.GetElapsedTime(from) < SessionWorld.Limit,
                $"never: {status}, {table} is read by {string.Join(", ", stand)}");
        }
    }

    public async Task<GrpcStatus> Refused(Func<Task> call) => (await Assert.ThrowsAsync<GrpcException>(call)).Status;

    public void Dispose()
    {
        _flight.Dispose();
        Account.Dispose();
        _pool.Dispose();
    }

    private static GrpcMetadata Bearer(string token)
    {
        var headers = new GrpcMetadata();
        headers.Add("authorization", "Bearer " + token);
        return headers;
    }

    private static IEnumerable<string> Text(RecordBatch batch)
    {
        var text = new ArrayBufferWriter<byte>();
        for (int row = 0; row < batch.Length; row++)
        {
            text.ResetWrittenCount();
            for (int c = 0; c < batch.Columns.Length; c++)
            {
                text.Write(c == 0 ? default : "|"u8);
                RowText.Append(text, batch.Columns[c], row, ParameterReader.TypeOf(batch.Columns[c].Type, c), "null"u8);
            }

            yield return Encoding.UTF8.GetString(text.WrittenSpan);
        }
    }
}
