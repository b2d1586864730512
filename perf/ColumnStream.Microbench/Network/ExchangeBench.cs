using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight.Transport;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Microbench.Network;

/// <summary>
/// Times the channels of a shuffle between two nodes, four producers to one consumer each with checksums and a window of 4 MiB a channel, over
/// every transport beside length-prefixed TCP of the same bodies, interleaved in one process: GB/s, CPU seconds of both ends a GB, medians.
/// </summary>
internal static class ExchangeBench
{
    private const long Bytes = 256L << 20;
    private const long WindowBytes = 4 << 20;
    private const int Channels = 4;
    private const int WarmingRounds = 2;

    /// <summary>Runs the bench in a process of its own: exchange [rounds] [KiB of a body].</summary>
    public static Task RunAsync(string[] arguments) => TieredProcess.RunAsync(arguments, RunHereAsync);

    private static async Task RunHereAsync(string[] arguments)
    {
        int rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 5;
        string? onlyBody = arguments.ElementAtOrDefault(2);
        BufferPool pool = BufferPools.FromEnvironment();
        var memory = new BufferAllocator("bench", pool);
        using var workers = new WorkerPool("bench", 2, TimeProvider.System);
        string folder = Directory.CreateTempSubdirectory("columnstream-bench-").FullName;
        Way[] ways =
        [
            new("in-process", "", () => new InProcessTransport(workers)),
            new("h2c, HttpClient", "http://127.0.0.1:0", () => Flight(memory, isDirect: false)),
            new("h2c, direct", "http://127.0.0.1:0", () => Flight(memory, isDirect: true)),
            new("unix, HttpClient", $"unix:{Path.Combine(folder, "a")}", () => Flight(memory, isDirect: false)),
            new("unix, direct", $"unix:{Path.Combine(folder, "b")}", () => Flight(memory, isDirect: true)),
        ];
        foreach (Way way in ways)
        {
            await way.OpenAsync(workers);
        }

        Console.WriteLine($"{"body",6} {"over",17} {"GB/s",7} {"CPU s/GB",9} {"to TCP",7}");
        foreach (int size in new[] { 64 << 10, 256 << 10, 1 << 20 })
        {
            if ((onlyBody ?? $"{size >> 10}") == $"{size >> 10}")
            {
                await CompareAsync(ways, memory, size, rounds);
            }
        }

        foreach (Way way in ways)
        {
            await way.CloseAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static FlightTransport Flight(BufferAllocator memory, bool isDirect) =>
        new(new FlightTransportOptions { Allocator = memory, UsesDirectHttp2 = isDirect });

    private static async Task CompareAsync(Way[] ways, BufferAllocator memory, int size, int rounds)
    {
        int count = (int)(Bytes / size);
        NativeBuffer body = memory.Allocate(size);
        new Random(1).NextBytes(body.Span);
        List<Figure>[] figures = [.. Enumerable.Range(0, ways.Length + 1).Select(_ => new List<Figure>())];
        for (int round = -WarmingRounds; round < rounds; round++)
        {
            for (int i = 0; i <= ways.Length; i++)
            {
                Way? way = i == 0 ? null : ways[i - 1];
                Figure figure = await Figure.OfAsync(
                    () => way is null ? RawTcp.SendAsync(size, count, isDown: true) : Task.Run(() => way.Shuffle(body, count)),
                    Bytes);
                if (round >= 0)
                {
                    figures[i].Add(figure);
                }
            }
        }

        Figure raw = Figure.Median(figures[0]);
        for (int i = 0; i <= ways.Length; i++)
        {
            Figure own = Figure.Median(figures[i]);
            string name = i == 0 ? "TCP" : ways[i - 1].Name;
            Console.WriteLine($"{size >> 10,5}K {name,17} {own.Rate,7:F2} {own.Cpu,9:F2} {own.Rate / raw.Rate,7:F2}");
        }

        body.Release();
    }

    /// <summary>Is two nodes that speak over one transport.</summary>
    private sealed class Way(string name, string address, Func<ITransport> make)
    {
        // Ends of channels wake their owners when they are gone already.
        private readonly AutoResetEvent _roomCame = new(false);
        private readonly AutoResetEvent _frameCame = new(false);
        private ITransport _near = null!;
        private ITransport _far = null!;
        private TransportNode _consumer = null!;
        private TransportNode _producer = null!;
        private TransportEndpoint _endpoint = null!;
        private int _attempts;

        public string Name => name;

        public async Task OpenAsync(Executor executor)
        {
            _far = make();
            _near = address.Length == 0 ? _far : make();
            _producer = new TransportNode(_far, executor);
            _consumer = new TransportNode(_near, executor);
            _endpoint = await _producer.ListenAsync(new TransportEndpoint(address));
        }

        public async Task CloseAsync()
        {
            await _consumer.DisposeAsync();
            await _producer.DisposeAsync();
            await _near.DisposeAsync();
            await _far.DisposeAsync();
        }

        /// <summary>Sends all bodies from one thread, round the channels, and takes them on this one.</summary>
        public void Shuffle(NativeBuffer body, int count)
        {
            var token = new FencingToken(1, ++_attempts);
            var senders = new FrameSender[Channels];
            var receivers = new FrameReceiver[Channels];
            for (int i = 0; i < Channels; i++)
            {
                senders[i] = _producer.Offer(new ChannelId("bench", 0, i, 0), token, () => _roomCame.Set());
                receivers[i] = _consumer.Open(_endpoint, senders[i].Id, token, WindowBytes, () => _frameCame.Set());
            }

            Task sending = Task.Run(() =>
            {
                for (int sent = 0; sent < count;)
                {
                    bool isAny = false;
                    foreach (FrameSender sender in senders)
                    {
                        if (sent < count && sender.TryReserve())
                        {
                            sender.Send(new Frame(new byte[200], FrameBody.Of(body.Retain()), new byte[16]));
                            isAny = true;
                            sent++;
                        }
                    }

                    if (!isAny)
                    {
                        _roomCame.WaitOne();
                    }
                }
            });
            for (int taken = 0; taken < count;)
            {
                bool isAny = false;
                foreach (FrameReceiver receiver in receivers)
                {
                    if (receiver.TryTake(out Frame frame))
                    {
                        frame.Release();
                        isAny = true;
                        taken++;
                    }
                }

                if (!isAny)
                {
                    _frameCame.WaitOne();
                }
            }

            sending.Wait();
            Array.ForEach(senders, static sender => sender.Complete());
            Array.ForEach(receivers, static receiver => receiver.Dispose());
            Array.ForEach(senders, static sender => sender.Dispose());
        }
    }
}
