using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;

namespace ColumnStream.Microbench.Network;

/// <summary>
/// Times Flight's batches over loopback in both directions, by the HttpClient and by this project's own, beside length-prefixed TCP of
/// the same bodies, interleaved in one process: GB/s, CPU seconds of client and server a GB, and the ratio to TCP; medians.
/// </summary>
internal static class NetworkBench
{
    private const long Bytes = 256L << 20;
    private const int WarmingRounds = 2;
    private static readonly Schema BodySchema = new(new Field("x", DataType.Int64, Nullable: false));

    /// <summary>Runs the bench in a process of its own.</summary>
    public static Task RunAsync(string[] arguments) => TieredProcess.RunAsync(arguments, RunHereAsync);

    /// <summary>Times what the arguments ask for: network [rounds] [h2c|tls|unix] [KiB of a body] [down|up].</summary>
    private static async Task RunHereAsync(string[] arguments)
    {
        int rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 5;
        string? onlyCarrier = arguments.ElementAtOrDefault(2);
        string? onlyBody = arguments.ElementAtOrDefault(3);
        string? onlyWay = arguments.ElementAtOrDefault(4);
        BufferPool pool = BufferPools.FromEnvironment();
        var allocator = new BufferAllocator("bench", pool);
        var batches = new Dictionary<int, RecordBatch>();
        foreach (int size in new[] { 64 << 10, 256 << 10, 1 << 20 })
        {
            batches.Add(size, Batch(size, allocator));
        }

        using X509Certificate2 certificate = Certificate();
        string socket = Path.Combine(Path.GetTempPath(), $"columnstream-bench-{Environment.ProcessId}.sock");
        await using var server = new FlightServer(
            new BodyService(BodySchema, size => batches[size]),
            new FlightServerOptions
            {
                Allocator = allocator,
                Grpc = new GrpcServerOptions
                {
                    Listeners =
                    [
                        GrpcListener.Loopback(), GrpcListener.Loopback() with { Certificate = certificate },
                        GrpcListener.Unix(socket),
                    ],
                    Profile = GrpcProfile.Nodes,
                    Log = Console.Error.WriteLine,
                },
            });
        await server.StartAsync();
        Console.WriteLine(
            $"{"over",5} {"body",8} {"way",5} {"TCP GB/s",9} {"CPU s/GB",9} {"HttpClient",12} {"CPU s/GB",9} {"ratio",6}"
            + $" {"direct",12} {"CPU s/GB",9} {"ratio",6}");
        foreach (string carrier in new[] { "h2c", "unix", "tls" })
        {
            GrpcChannelOptions channel = carrier switch
            {
                "unix" => new GrpcChannelOptions { UnixSocket = socket },
                "tls" => new GrpcChannelOptions
                {
                    Port = server.Addresses[1]!.Port, IsEncrypted = true, AcceptsAnyCertificate = true,
                },
                _ => new GrpcChannelOptions { Port = server.Addresses[0]!.Port },
            };
            using var client = new FlightClient(new FlightClientOptions { Channel = channel, Allocator = allocator });
            using var direct = new FlightClient(
                new FlightClientOptions { Channel = channel with { UsesDirectHttp2 = true }, Allocator = allocator });
            foreach (int size in batches.Keys)
            {
                foreach (bool isDown in new[] { true, false })
                {
                    if ((onlyCarrier ?? carrier) == carrier && (onlyBody ?? $"{size >> 10}") == $"{size >> 10}"
                        && (onlyWay ?? WayOf(isDown)) == WayOf(isDown) && (carrier == "h2c" || size == 1 << 20))
                    {
                        await CompareAsync(carrier, client, direct, batches[size], size, isDown, rounds);
                    }
                }
            }
        }

        foreach (RecordBatch batch in batches.Values)
        {
            batch.Release();
        }
    }

    private static string WayOf(bool isDown) => isDown ? "down" : "up";

    private static async Task CompareAsync(
        string carrier, FlightClient client, FlightClient direct, RecordBatch batch, int size, bool isDown, int rounds)
    {
        int count = (int)(Bytes / size);
        Func<Task>[] contenders =
        [
            () => RawTcp.SendAsync(size, count, isDown),
            () => isDown ? DownAsync(client, size, count) : UpAsync(client, batch, count),
            () => isDown ? DownAsync(direct, size, count) : UpAsync(direct, batch, count),
        ];
        List<Figure>[] figures = [[], [], []];
        for (int round = -WarmingRounds; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                Figure figure = await Figure.OfAsync(contenders[i], Bytes);
                if (round >= 0)
                {
                    figures[i].Add(figure);
                }
            }
        }

        Figure raw = Figure.Median(figures[0]);
        string line = $"{carrier,5} {size >> 10,7}K {WayOf(isDown),5} {raw.Rate,9:F2} {raw.Cpu,9:F2}";
        foreach (List<Figure> flight in figures[1..])
        {
            Figure own = Figure.Median(flight);
            line += $" {own.Rate,12:F2} {own.Cpu,9:F2} {own.Rate / raw.Rate,6:F2}";
        }

        Console.WriteLine(line);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static RecordBatch Batch(int bytes, BufferAllocator allocator)
    {
        int rows = bytes / sizeof(long);
        using var column = new FixedWidthBuilder(DataType.Int64, allocator, rows);
        for (int i = 0; i < rows; i++)
        {
            column.Append((long)i * 7919);
        }

        return new RecordBatch(BodySchema, [column.Finish()], rows);
    }

    private static async Task DownAsync(FlightClient client, int size, int count)
    {
        var ticket = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(ticket, size);
        BinaryPrimitives.WriteInt32LittleEndian(ticket.AsSpan(4), count);
        await using FlightBatchReader reader = await client.DoGetAsync(ticket);
        while (await reader.ReadAsync() is { } message)
        {
            message.Batch?.Release();
        }
    }

    private static async Task UpAsync(FlightClient client, RecordBatch batch, int count)
    {
        await using FlightUpload upload = await client.DoPutAsync(FlightDescriptor.FromText("up"));
        await upload.Writer.StartAsync(BodySchema);
        for (int i = 0; i < count; i++)
        {
            await upload.Writer.WriteAsync(batch);
        }

        await upload.CompleteAsync();
        while (await upload.ReadResultAsync() is not null)
        {
        }
    }
}
