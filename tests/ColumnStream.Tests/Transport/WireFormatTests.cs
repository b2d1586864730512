using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Transport;
using Xunit;

namespace ColumnStream.Tests.Transport;

/// <summary>The bytes of messages: what is written is read, and what is changed, cut or random is read or refused, with no byte lent.</summary>
public sealed class WireFormatTests
{
    private static WireMessage[] Samples(BufferAllocator memory) =>
    [
        new(WireKind.Open, 3, 4096, 512) { Id = new ChannelId("größe", 1, 2, 3), Token = new FencingToken(7, 9) },
        new(WireKind.Credit, 3, 100, 200), new(WireKind.Close, 3, 1), new(WireKind.Closed, 3), new(WireKind.End, 3, 99), new(WireKind.Count, 3, 98),
        new(WireKind.Refused, 3, 5075, 1) { Text = "Node has no such channel." }, new(WireKind.Failed, 3, 5072) { Text = "älter" },
        new(WireKind.Ping), new(WireKind.Pong),
        new(WireKind.Data, 3, 5) { Frame = new Frame(new byte[40], FrameBody.Of(memory.Allocate(100)), new byte[16]), Checksum = 77 },
        new(WireKind.Control, 3, 6) { Frame = new Frame(default, null, new byte[16]) },
    ];

    [Fact]
    public void What_is_written_is_read()
    {
        using var pool = new SizeClassPool();
        using var memory = new BufferAllocator("wire", pool);
        foreach (WireMessage sample in Samples(memory))
        {
            WireMessage read = WireFormat.Read(
                WireFormat.WriteHead(sample), sample.Frame?.Header ?? default, sample.Frame?.Body?.ToBuffer(memory));
            Assert.Equal(sample with { Frame = null }, read with { Frame = null, Second = sample.Second });
            Assert.Equal(sample.Frame?.ChargedBytes, read.Frame?.ChargedBytes);
            Assert.Equal(sample.Frame?.Body is null, read.Frame?.Body is null);
            sample.Release();
            read.Release();
        }
    }

    [Fact]
    public void What_is_changed_is_read_or_refused_and_nothing_stays_lent()
    {
        using var pool = new SizeClassPool();
        using var memory = new BufferAllocator("wire", pool);
        var random = new Random(5);
        WireMessage[] samples = Samples(memory);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] head = WireFormat.WriteHead(samples[i % samples.Length]);
            head = head[..random.Next(Math.Max(0, head.Length - 30), head.Length + 1)];
            for (int changes = random.Next(0, 4); changes > 0 && head.Length > 0; changes--)
            {
                head[random.Next(head.Length)] = (byte)random.Next(256);
            }

            // Else the checksum refuses nearly all of them.
            if (head.Length >= 32)
            {
                WireFormat.Seal(head);
            }

            NativeBuffer? body = random.Next(2) == 0 ? memory.Allocate(random.Next(0, 200)) : null;
            try
            {
                WireFormat.Read(head, new byte[random.Next(0, 2)], body).Release();
            }
            catch (ExternalException wrong)
            {
                Assert.Equal(5071, wrong.Code);
                refused++;
            }
        }

        Assert.True(refused > 5000, $"{refused}");
        Array.ForEach(samples, static sample => sample.Release());
    }

    [Fact]
    public void A_bit_that_flips_in_a_head_is_refused()
    {
        using var pool = new SizeClassPool();
        using var memory = new BufferAllocator("wire", pool);
        foreach (WireMessage sample in Samples(memory))
        {
            byte[] head = WireFormat.WriteHead(sample);
            for (int bit = 0; bit < head.Length * 8; bit++)
            {
                head[bit >> 3] ^= (byte)(1 << (bit & 7));
                NativeBuffer? body = sample.Frame?.Body?.ToBuffer(memory);
                Assert.Equal(5071, Assert.Throws<ExternalException>(() => WireFormat.Read(head, sample.Frame?.Header ?? default, body)).Code);
                head[bit >> 3] ^= (byte)(1 << (bit & 7));
            }

            sample.Release();
        }
    }
}
