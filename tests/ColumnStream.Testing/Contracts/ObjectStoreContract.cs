using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using Xunit;

namespace ColumnStream.Testing.Contracts;

/// <summary>Says what every object store keeps; each test begins with an empty one.</summary>
public abstract class ObjectStoreContract
{
    /// <summary>Opens an empty store; a second call in one test opens the same objects again, as another process would.</summary>
    protected abstract IObjectStore Open();

    [Fact]
    public async Task What_is_absent_is_created_once_and_keeps_its_first_bytes()
    {
        IObjectStore store = Open();
        Assert.True(await store.TryCreateAsync("claim/000000000001.json", Bytes("first")));
        Assert.False(await store.TryCreateAsync("claim/000000000001.json", Bytes("second")));
        Assert.False(await Open().TryCreateAsync("claim/000000000001.json", Bytes("third")));
        Assert.Equal("first", await TextAsync(Open(), "claim/000000000001.json"));
        Assert.Null(await store.OpenReadAsync("claim/000000000002.json"));
        Assert.Null(await store.FindAsync("claim/000000000002.json"));
        Assert.Null(await store.OpenReadAsync("nothing/here"));
        Assert.True(await store.TryCreateAsync("claim/empty", ReadOnlyMemory<byte>.Empty));
        Assert.Equal("", await TextAsync(store, "claim/empty"));
    }

    [Fact]
    public async Task Of_many_who_create_one_name_exactly_one_wins_and_its_bytes_stand_there()
    {
        for (int round = 0; round < 5; round++)
        {
            string name = $"claim/{round}";
            Task<bool>[] tries =
            [
                .. Enumerable.Range(0, 8).Select(i => Task.Run(
                    async () => await Open().TryCreateAsync(name, Bytes(new string((char)('a' + i), 1000))))),
            ];
            bool[] won = await Task.WhenAll(tries);
            int winner = Array.IndexOf(won, true);
            Assert.Equal(1, won.Count(w => w));
            Assert.Equal(new string((char)('a' + winner), 1000), await TextAsync(Open(), name));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)]
    [InlineData(1_300_007)]
    public async Task A_streamed_object_is_hidden_until_complete_and_then_whole(int length)
    {
        IObjectStore store = Open();
        byte[] content = RandomBytes(length);
        using (IObjectWriter writer = store.Create("data/a/1.bin"))
        {
            for (int done = 0; done < length; done += 10_007)
            {
                writer.Stream.Write(content.AsSpan(done, Math.Min(10_007, length - done)));
            }

            Assert.Null(await store.OpenReadAsync("data/a/1.bin"));
            Assert.Empty(Open().List("data/"));
            ObjectInfo info = await writer.CompleteAsync();
            Assert.Equal(("data/a/1.bin", length), (info.Name, info.Length));
            Assert.NotNull(info.Checksum);
            CheckChecksum(content, info.Checksum.Value);
        }

        Assert.Equal(content, await ReadAsync(Open(), "data/a/1.bin", 0, long.MaxValue));
        ObjectInfo found = (await store.FindAsync("data/a/1.bin"))!;
        Assert.Equal(length, found.Length);
        if (found.Checksum is { } checksum)
        {
            CheckChecksum(content, checksum);
        }
    }

    [Fact]
    public async Task What_was_never_completed_is_nowhere_and_its_name_is_free()
    {
        IObjectStore store = Open();
        using (IObjectWriter writer = store.Create("data/1"))
        {
            writer.Stream.Write(RandomBytes(700_000));
        }

        Assert.Null(await store.OpenReadAsync("data/1"));
        Assert.Empty(store.List(""));
        Assert.True(await store.TryCreateAsync("data/1", Bytes("new")));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(700_000)]
    public async Task A_streamed_object_never_replaces_another(int length)
    {
        IObjectStore store = Open();
        Assert.True(await store.TryCreateAsync("data/1", Bytes("old")));
        using (IObjectWriter writer = store.Create("data/1"))
        {
            writer.Stream.Write(RandomBytes(length));
            await Assert.ThrowsAsync<ExternalException>(async () => await writer.CompleteAsync());
        }

        Assert.Equal("old", await TextAsync(store, "data/1"));
    }

    [Fact]
    public async Task A_range_is_what_is_there_of_it()
    {
        IObjectStore store = Open();
        byte[] content = RandomBytes(100_000);
        Assert.True(await store.TryCreateAsync("range", content));
        foreach ((long offset, long length) in new (long, long)[]
        {
            (0, 1), (0, 99_999), (1, 1), (70_000, 1000), (99_999, 1), (99_999, 500), (100_000, 5), (200_000, 5), (5, 0),
            (0, 100_000), (0, long.MaxValue), (50_000, long.MaxValue),
        })
        {
            int from = (int)Math.Min(offset, content.Length);
            int count = (int)Math.Min(length, content.Length - from);
            Assert.Equal(content[from..(from + count)], await ReadAsync(store, "range", offset, length));
        }

        Assert.Null(await store.OpenReadAsync("absent", 10, 10));
    }

    [Fact]
    public async Task Names_are_listed_in_ordinal_order_and_by_pages()
    {
        IObjectStore store = Open();
        string[] names = ["list/B", "list/a/10", "list/a/2", "list/b", "list/c", "listing"];
        foreach (string name in names.Reverse())
        {
            Assert.True(await store.TryCreateAsync(name, Bytes(name)));
        }

        Assert.Equal(names, store.List(""));
        Assert.Equal(names[..5], store.List("list/"));
        Assert.Equal(["list/a/10"], store.List("list/a/1"));
        Assert.Equal(names, store.List("list"));
        Assert.Empty(store.List("absent/"));
        for (int limit = 1; limit <= 7; limit++)
        {
            var all = new List<string>();
            string? after = null;
            do
            {
                ObjectPage page = await store.ListAsync("list", after, limit);
                Assert.InRange(page.Objects.Count, 0, limit);
                Assert.All(page.Objects, item => Assert.Equal(item.Name.Length, item.Length));
                all.AddRange(page.Objects.Select(item => item.Name));
                Assert.True(page.Next is null || page.Objects.Count > 0);
                after = page.Next;
            }
            while (after is not null);
            Assert.Equal(names, all);
        }

        Assert.Equal(["listing"], (await store.ListAsync("list", "list/c")).Objects.Select(item => item.Name));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_what_is_absent_is_deleted_quietly()
    {
        IObjectStore store = Open();
        foreach (string name in new[] { "list/a/10", "list/a/2", "list/b", "list/c" })
        {
            Assert.True(await store.TryCreateAsync(name, Bytes("x")));
        }

        store.Delete("list/a/2");
        store.Delete("list/a/2");
        store.Delete("absent/at/all");
        Assert.Equal(["list/a/10"], store.List("list/a/"));
        Assert.Null(await store.OpenReadAsync("list/a/2"));
        Assert.True(await store.TryCreateAsync("list/a/2", Bytes("again")));
        Assert.Equal("again", await TextAsync(store, "list/a/2"));
        await store.DeleteAsync(["list/a/2", "list/b", "absent", "list/c"]);
        Assert.Equal(["list/a/10"], store.List(""));
        await store.DeleteAsync([]);
    }

    [Fact]
    public async Task Times_are_the_stores_own_and_do_not_fall()
    {
        IObjectStore store = Open();
        Assert.True(await store.TryCreateAsync("a", Bytes("x")));
        Assert.True(await store.TryCreateAsync("b", Bytes("x")));
        IReadOnlyList<ObjectInfo> listed = (await store.ListAsync("")).Objects;
        Assert.True(listed[0].Modified <= listed[1].Modified);
        Assert.Equal(listed[0].Modified, (await store.FindAsync("a"))!.Modified, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_start_up_check_passes_and_leaves_nothing()
    {
        await StoreCheck.RunAsync(Open(), "nonce", "the store");
        Assert.Empty(Open().List(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData(".hidden")]
    [InlineData("a/.b")]
    [InlineData("a\0b")]
    [InlineData("a?b")]
    public async Task A_strange_name_is_refused(string name)
    {
        IObjectStore store = Open();
        await Assert.ThrowsAsync<ExternalException>(async () => await store.TryCreateAsync(name, Bytes("x")));
        await Assert.ThrowsAsync<ExternalException>(async () => await store.OpenReadAsync(name));
        await Assert.ThrowsAsync<ExternalException>(async () => await store.FindAsync(name));
        await Assert.ThrowsAsync<ExternalException>(async () => await store.DeleteAsync([name]));
        Assert.Throws<ExternalException>(() => store.Create(name));
    }

    /// <summary>Compares a checksum with one made bit by bit.</summary>
    private static void CheckChecksum(byte[] content, ObjectChecksum checksum)
    {
        (ulong polynomial, ulong ones) = checksum.Kind == ChecksumKind.Crc64
            ? (0xC96C5795D7870F42, ulong.MaxValue)
            : (0x82F63B78UL, uint.MaxValue);
        ulong state = ones;
        foreach (byte value in content)
        {
            state ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ (polynomial & (0 - (state & 1)));
            }
        }

        Assert.Equal(state ^ ones, checksum.Value);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task<string> TextAsync(IObjectStore store, string name) =>
        Encoding.UTF8.GetString(await ReadAsync(store, name, 0, long.MaxValue));

    private static async Task<byte[]> ReadAsync(IObjectStore store, string name, long offset, long length)
    {
        await using Stream? stream = await store.OpenReadAsync(name, offset, length);
        Assert.NotNull(stream);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }
}
