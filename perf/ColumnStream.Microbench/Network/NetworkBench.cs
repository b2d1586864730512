using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
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
/// Times Flight's batches over loopback in both directions beside length-prefixed TCP of the same bodies, interleaved in one
/// process: GB/s,
/// CPU seconds of client and server a GB, and the ratio to TCP; medians.
/// </summary>
internal static class NetworkBench
{
    private const long Bytes = 256L << 20;
    private static readonly Schema BodySchema = new(new Field("x", DataType.Int64, Nullable: false));

    /// <summary>Runs the bench; <paramref name="rounds"/> of each contender after one to warm up.</summary>
    public static async Task RunAsync(int rounds)
    {
        BufferPool pool = BufferPools.FromEnvironment();
        var allocator = new BufferAllocator("bench", pool);
        var batches = new Dictionary<int, RecordBatch>();
        foreach (int size in new[] { 64 << 10, 256 << 10, 1 << 20 })
        {
            batches.Add(size, Batch(size, allocator));
        }

        await using var server = new FlightServer(
            new BodyService(BodySchema, size => batches[size]),
            new FlightServerOptions
            {
                Allocator = allocator,
                Grpc = new GrpcServerOptions { Listeners = [GrpcListener.Loopback()], Profile = GrpcProfile.Nodes,
                    Log = Console.Error.WriteLine },
            });
        await server.StartAsync();
        using var client = new FlightClient(new FlightClientOptions
        {
            Channel = new GrpcChannelOptions { Host = "localhost", Port = server.Addresses[0]!.Port },
            Allocator = allocator,
        });
        Console.WriteLine($"{"body",8} {"way",5} {"TCP GB/s",9} {"CPU s/GB",9} {"Flight GB/s",12} {"CPU s/GB",9} {"ratio",6}");
        foreach (int size in batches.Keys)
        {
            int count = (int)(Bytes / size);
            foreach (bool isDown in new[] { true, false })
            {
                List<Figure> raw = [];
                List<Figure> flight = [];
                for (int round = -1; round < rounds; round++)
                {
                    Figure tcp = await TimeAsync(() => TcpAsync(size, count, isDown));
                    Figure own = await TimeAsync(
                        () => isDown ? DownAsync(client, size, count) : UpAsync(client, batches[size], count));
                    if (round >= 0)
                    {
                        raw.Add(tcp);
                        flight.Add(own);
                    }
                }

                Figure a = Median(raw);
                Figure b = Median(flight);
                Console.WriteLine(
                    $"{size >> 10,7}K {(isDown ? "down" : "up"),5} {a.Rate,9:F2} {a.Cpu,9:F2} "
                    + $"{b.Rate,12:F2} {b.Cpu,9:F2} {b.Rate / a.Rate,6:F2}");
            }
        }

        foreach (RecordBatch batch in batches.Values)
        {
            batch.Release();
        }
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

    /// <summary>Sends bodies with their lengths over a socket, in either direction: what any protocol can at best reach.</summary>
    private static async Task TcpAsync(int size, int count, bool isDown)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient far = await listener.AcceptTcpClientAsync();
        NetworkStream from = (isDown ? far : near).GetStream();
        NetworkStream to = (isDown ? near : far).GetStream();
        Task sending = Task.Run(async () =>
        {
            var body = new byte[size];
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, size);
            for (int i = 0; i < count; i++)
            {
                await from.WriteAsync(length);
                await from.WriteAsync(body);
            }
        });
        var buffer = new byte[size];
        for (int i = 0; i < count; i++)
        {
            await to.ReadExactlyAsync(buffer.AsMemory(0, 4));
            await to.ReadExactlyAsync(buffer.AsMemory(0, BinaryPrimitives.ReadInt32LittleEndian(buffer)));
        }

        await sending;
    }

    private static async Task<Figure> TimeAsync(Func<Task> run)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        long start = TimeProvider.System.GetTimestamp();
        await run();
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new Figure(Bytes / seconds / 1e9, (process.TotalProcessorTime - before).TotalSeconds / (Bytes / 1e9));
    }

    private static Figure Median(List<Figure> figures) => new(
        figures.Select(
            f => f.Rate).Order().ElementAt(figures.Count / 2), figures.Select(f => f.Cpu).Order().ElementAt(figures.Count / 2));

    private readonly record struct Figure(double Rate, double Cpu);
}
