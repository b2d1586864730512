using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Net;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Testing.Hostile;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: what one client causes stands behind each other, not in front of others. Method: turns on a queue that the test empties, and
/// compressed messages while the turns to decompress are taken.
/// </summary>
public sealed class FairTurnTests
{
    private const int Many = 1000;
    private readonly Queue<Action> _queue = new();

    /// <summary>Breaks when many calls of one address stand in front of another's one, or when one of them gets no turn.</summary>
    [Fact]
    public void Many_turns_of_one_address_delay_another_by_one()
    {
        AddressTurns crowd = Turns(backlog: 100);
        AddressTurns other = Turns(backlog: 100);
        int begun = 0;
        for (int i = 0; i < Many; i++)
        {
            _ = TakeAsync(crowd, () => begun++);
        }

        int begunBefore = -1;
        _ = TakeAsync(other, () => begunBefore = begun);
        Assert.Equal(2, _queue.Count);
        while (_queue.TryDequeue(out Action? next))
        {
            next();
        }

        Assert.Equal(1, begunBefore);
        Assert.Equal(Many, begun);
    }

    /// <summary>Breaks when a turn is waited for while threads are free, or when a later one overtakes those that wait.</summary>
    [Fact]
    public void A_turn_is_free_while_nothing_waits_for_a_thread()
    {
        long backlog = 0;
        var turns = new AddressTurns(() => backlog, _queue.Enqueue);
        Assert.True(turns.EnterAsync().AsTask().IsCompletedSuccessfully);
        Assert.Empty(_queue);
        backlog = AddressTurns.CalmBacklog + 1;
        Task waiting = turns.EnterAsync().AsTask();
        backlog = 0;
        Task behind = turns.EnterAsync().AsTask();
        Assert.False(waiting.IsCompleted || behind.IsCompleted);
        _queue.Dequeue()();
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.False(behind.IsCompleted);
        _queue.Dequeue()();
        Assert.True(behind.IsCompletedSuccessfully);
        Assert.True(turns.EnterAsync().AsTask().IsCompletedSuccessfully);
    }

    /// <summary>Breaks when an address gets a queue for each of its connections, or is remembered behind the last one.</summary>
    [Fact]
    public void Connections_of_an_address_share_its_turns_while_there_are_any()
    {
        var gate = new ConnectionGate(GrpcProfile.Clients, TimeProvider.System);
        var one = IPAddress.Parse("192.0.2.1");
        AddressTurns first = gate.ShareTurns(one);
        Assert.Same(first, gate.ShareTurns(one));
        Assert.NotSame(first, gate.ShareTurns(IPAddress.Parse("192.0.2.2")));
        gate.ReturnTurns(one);
        Assert.Same(first, gate.ShareTurns(one));
        gate.ReturnTurns(one);
        gate.ReturnTurns(one);
        Assert.NotSame(first, gate.ShareTurns(one));
    }

    /// <summary>Breaks when decompressing takes a thread without a turn, when plain messages need one, or when a turn is kept.</summary>
    [Fact]
    public async Task Messages_are_decompressed_in_turns_and_plain_ones_need_none()
    {
        const int Length = (3 * UnpackTurns.SliceBytes) + 5;
        var turns = new UnpackTurns(1);
        await turns.EnterAsync();
        byte[] packed = Http2Frame.Message(Packed(new byte[Length]), isCompressed: true);
        var reader = new FrameReader(new MemorySource(packed), isGzip: true, 2 * Length, turns);
        Task<bool> measured = reader.MoveNextAsync().AsTask();
        var plain = new FrameReader(new MemorySource(Http2Frame.Message(new byte[Length])), isGzip: true, 2 * Length, turns);
        Assert.True(await plain.MoveNextAsync());
        Assert.Equal(Length, (await plain.ReadBytesAsync(plain.Left)).Length);
        Assert.False(measured.IsCompleted);
        turns.Leave();
        Assert.True(await measured);
        Assert.Equal(Length, reader.Left);

        await turns.EnterAsync();
        Task<byte[]> read = reader.ReadBytesAsync(Length).AsTask();
        Assert.False(read.IsCompleted);
        turns.Leave();
        Assert.Equal(Length, (await read).Length);
        Assert.False(await reader.MoveNextAsync());
        await turns.EnterAsync();
    }

    /// <summary>Breaks when a turn is lost with a message that is too long or no gzip: nothing could be decompressed afterwards.</summary>
    [Fact]
    public async Task Messages_that_cannot_be_decompressed_give_their_turn_back()
    {
        var turns = new UnpackTurns(1);
        byte[] tooLong = Http2Frame.Message(Packed(new byte[UnpackTurns.SliceBytes]), isCompressed: true);
        byte[] noGzip = Http2Frame.Message(new byte[100], isCompressed: true);
        foreach (byte[] message in new[] { tooLong, noGzip })
        {
            var reader = new FrameReader(new MemorySource(message), isGzip: true, 1000, turns);
            await Assert.ThrowsAsync<GrpcException>(() => reader.MoveNextAsync().AsTask());
            reader.Close();
        }

        Assert.True(turns.EnterAsync().IsCompletedSuccessfully);
    }

    /// <summary>Breaks when each compressed message leaves a large array to the garbage collector.</summary>
    [Fact]
    public void Arrays_of_compressed_messages_are_lent()
    {
        const int Messages = 100;
        var noise = new byte[300_000];
        new Random(1).NextBytes(noise);
        byte[] message = Http2Frame.Message(Packed(noise), isCompressed: true);
        var turns = new UnpackTurns(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Messages; i++)
        {
            var reader = new FrameReader(new MemorySource(message), isGzip: true, 1 << 20, turns);
            ValueTask<bool> next = reader.MoveNextAsync();
            Assert.True(next.IsCompletedSuccessfully);
            reader.Close();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Messages * (long)noise.Length / 4);
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static async Task TakeAsync(AddressTurns turns, Action begin)
    {
        await turns.EnterAsync();
        begin();
    }

    private AddressTurns Turns(long backlog) => new(() => backlog, _queue.Enqueue);
}
