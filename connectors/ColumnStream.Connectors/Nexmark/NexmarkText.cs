using System;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Holds all text that rows only point at: channels with URLs, names, cities, and random letters to cut from.</summary>
/// <remarks>
/// Made once a reader from the seed. Views of long values name buffer 0 of their column, which batches retain, so that
/// text costs 16 bytes a row.
/// </remarks>
internal sealed unsafe class NexmarkText : IDisposable
{
    /// <summary>Random text is cut at any of this many positions; <see cref="LongestCut"/> more bytes follow.</summary>
    public const int Positions = 256 * 1024;
    public const int LongestCut = 512;

    private static readonly string[] HotChannels = ["Google", "Facebook", "Baidu", "Apple"];
    private static readonly string[] States = ["AZ", "CA", "ID", "OR", "WA", "WY"];

    private static readonly string[] Cities =
    [
        "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne",
    ];

    private static readonly string[] FirstNames =
        ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"];

    private static readonly string[] LastNames =
        ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"];

    private readonly NativeBuffer?[] _owned = new NativeBuffer?[8];

    /// <summary>Makes all text.</summary>
    public NexmarkText(ulong seed, BufferAllocator allocator)
    {
        try
        {
            Letters = _owned[0] = RandomText(seed + 1, allocator, spaces: false);
            Words = _owned[1] = RandomText(seed + 2, allocator, spaces: true);
            ChannelViews = Inline(Channels(), allocator, 2);
            UrlViews = Long(MakeUrls(seed + 3), allocator, 3);
            Urls = _owned[4]!;
            NameViews = Long(FullNames(), allocator, 5);
            Names = _owned[6]!;
            CityCount = Cities.Length;
            StateCount = States.Length;
            NameCount = FirstNames.Length * LastNames.Length;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets random lower-case letters.</summary>
    public NativeBuffer Letters { get; }

    /// <summary>Gets random letters with spaces between them.</summary>
    public NativeBuffer Words { get; }

    /// <summary>Gets the channels: the four hot ones, then the others; all fit into their views.</summary>
    public StringView* ChannelViews { get; }

    /// <summary>Gets the URL of each channel.</summary>
    public StringView* UrlViews { get; }

    /// <summary>Gets the bytes of URLs.</summary>
    public NativeBuffer Urls { get; }

    /// <summary>Gets the names of persons.</summary>
    public StringView* NameViews { get; }

    /// <summary>Gets the cities.</summary>
    public StringView* CityViews => NameViews + NameCount;

    /// <summary>Gets the states.</summary>
    public StringView* StateViews => CityViews + CityCount;

    /// <summary>Gets the bytes of names and cities.</summary>
    public NativeBuffer Names { get; }

    /// <summary>Gets how many names there are.</summary>
    public int NameCount { get; }

    /// <summary>Gets how many cities there are.</summary>
    public int CityCount { get; }

    /// <summary>Gets how many states there are.</summary>
    public int StateCount { get; }

    /// <summary>Gives back the memory; batches keep what they retained.</summary>
    public void Dispose()
    {
        foreach (NativeBuffer? buffer in _owned)
        {
            buffer?.Release();
        }

        Array.Clear(_owned);
    }

    private static NativeBuffer RandomText(ulong seed, BufferAllocator allocator, bool spaces)
    {
        NativeBuffer buffer = allocator.Allocate(Positions + LongestCut);
        for (int i = 0; i < buffer.Length; i++)
        {
            ulong word = SplitMix.Draw(seed, (ulong)i);
            bool space = spaces && (uint)word % 13 == 0;
            buffer.Pointer[i] = space ? (byte)' ' : (byte)('a' + SplitMix.Below(word, 26));
        }

        return buffer;
    }

    private static string[] Channels()
    {
        var channels = new string[HotChannels.Length + NexmarkConfig.Channels];
        HotChannels.CopyTo(channels, 0);
        for (int i = HotChannels.Length; i < channels.Length; i++)
        {
            channels[i] = string.Create(CultureInfo.InvariantCulture, $"channel-{i - HotChannels.Length}");
        }

        return channels;
    }

    private static string[] MakeUrls(ulong seed)
    {
        var urls = new string[HotChannels.Length + NexmarkConfig.Channels];
        var text = new StringBuilder();
        for (int i = 0; i < urls.Length; i++)
        {
            ulong state = SplitMix.Draw(seed, (ulong)i);
            text.Clear().Append("https://www.nexmark.com/");
            for (int part = 0; part < 3; part++)
            {
                int length = 3 + (int)SplitMix.Below(state = SplitMix.Mix(state + SplitMix.Step), 2);
                for (int c = 0; c < length; c++)
                {
                    state = SplitMix.Mix(state + SplitMix.Step);
                    text.Append((uint)state % 13 == 0 ? '_' : (char)('a' + SplitMix.Below(state, 26)));
                }

                text.Append('/');
            }

            text.Append("item.htm?query=1");
            if (i >= HotChannels.Length && SplitMix.Below(SplitMix.Mix(state + SplitMix.Step), 10) > 0)
            {
                text.Append("&channel_id=").Append(Math.Abs((long)Reverse(i - HotChannels.Length)));
            }

            urls[i] = text.ToString();
        }

        return urls;
    }

    private static int Reverse(int value)
    {
        uint reversed = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            reversed = (reversed << 1) | (((uint)value >> bit) & 1);
        }

        return (int)reversed;
    }

    private static string[] FullNames()
    {
        int names = FirstNames.Length * LastNames.Length;
        var all = new string[names + Cities.Length + States.Length];
        for (int i = 0; i < names; i++)
        {
            all[i] = $"{FirstNames[i / LastNames.Length]} {LastNames[i % LastNames.Length]}";
        }

        Cities.CopyTo(all, names);
        States.CopyTo(all, names + Cities.Length);
        return all;
    }

    private StringView* Inline(string[] values, BufferAllocator allocator, int slot)
    {
        NativeBuffer buffer = allocator.Allocate(values.Length * (long)sizeof(StringView));
        _owned[slot] = buffer;
        var views = (StringView*)buffer.Pointer;
        Span<byte> bytes = stackalloc byte[StringView.InlineLength];
        for (int i = 0; i < values.Length; i++)
        {
            views[i] = StringView.Inline(bytes[..Encoding.UTF8.GetBytes(values[i], bytes)]);
        }

        return views;
    }

    private StringView* Long(string[] values, BufferAllocator allocator, int slot)
    {
        NativeBuffer buffer = allocator.Allocate(values.Length * (long)sizeof(StringView));
        _owned[slot] = buffer;
        long total = 0;
        foreach (string value in values)
        {
            total += Encoding.UTF8.GetByteCount(value);
        }

        NativeBuffer data = allocator.Allocate(total);
        _owned[slot + 1] = data;
        var views = (StringView*)buffer.Pointer;
        int offset = 0;
        for (int i = 0; i < values.Length; i++)
        {
            int length = Encoding.UTF8.GetBytes(values[i], data.Span[offset..]);
            views[i] = StringView.Create(data.Pointer + offset, length, 0, offset);
            offset += length;
        }

        return views;
    }
}
