using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Makes columns for any list of event numbers; a value depends on seed and event number alone.</summary>
/// <remarks>One loop a column over the whole batch. Each field has its own sequence of draws, so columns are independent.</remarks>
internal sealed unsafe class NexmarkColumns(NexmarkConfig config, BufferAllocator allocator) : IDisposable
{
    private readonly NexmarkText _text = new(config.Seed, allocator);
    private readonly NexmarkPrices _prices = new();

    /// <summary>Makes the column for the <paramref name="count"/> events at <paramref name="events"/>.</summary>
    public ArrayData Make(NexmarkColumn column, long* events, int count)
    {
        switch (column.Field)
        {
            case NexmarkField.Person or NexmarkField.Auction or NexmarkField.Bid:
                return MakeRow(column, events, count);
            case NexmarkField.BidChannel or NexmarkField.BidUrl or NexmarkField.Extra or NexmarkField.AuctionItemName
                or NexmarkField.AuctionDescription or NexmarkField.PersonName or NexmarkField.PersonEmail
                or NexmarkField.PersonCard or NexmarkField.PersonCity or NexmarkField.PersonState:
                return MakeText(column, events, count);
            default:
                return MakeNumbers(column, events, count);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    private ulong SeedOf(NexmarkField field) => SplitMix.Mix(config.Seed + (((ulong)field + 1) * 0xD1342543DE82EF95));

    private FixedWidthArray MakeNumbers(NexmarkColumn column, long* events, int count)
    {
        NativeBuffer buffer = allocator.Allocate((long)count * column.Type.ByteWidth);
        var values = (long*)buffer.Pointer;
        ulong seed = SeedOf(column.Field);
        switch (column.Field)
        {
            case NexmarkField.EventType:
                FillTypes(events, count, (int*)values);
                break;
            case NexmarkField.DateTime:
                FillTimes(config, UnitsPerMs(column.Type), events, count, values);
                break;
            case NexmarkField.AuctionExpires:
                FillExpiry(config, UnitsPerMs(column.Type), seed, events, count, values);
                break;
            case NexmarkField.BidAuction:
                FillAuctions(seed, events, count, values);
                break;
            case NexmarkField.BidBidder:
                FillPersons(seed, NexmarkConfig.HotBidderRatio, hotOffset: 1, events, count, values);
                break;
            case NexmarkField.AuctionSeller:
                FillPersons(seed, NexmarkConfig.HotSellerRatio, hotOffset: 0, events, count, values);
                break;
            case NexmarkField.BidPrice or NexmarkField.AuctionInitialBid:
                FillPrices(seed, events, count, values, add: false);
                break;
            case NexmarkField.AuctionReserve:
                FillPrices(SeedOf(NexmarkField.AuctionInitialBid), events, count, values, add: false);
                FillPrices(seed, events, count, values, add: true);
                break;
            case NexmarkField.AuctionId:
                FillAuctionIds(events, count, values);
                break;
            case NexmarkField.AuctionCategory:
                FillCategories(seed, events, count, values);
                break;
            case NexmarkField.PersonId:
                FillPersonIds(events, count, values);
                break;
            default:
                buffer.Release();
                throw new InvariantException(9111, $"Nexmark field is not a number: {column.Field}.");
        }

        return new FixedWidthArray(column.Type, count, buffer, null);
    }

    private static long UnitsPerMs(DataType type) => type.Unit switch
    {
        TimeUnit.Microsecond => 1_000,
        TimeUnit.Nanosecond => 1_000_000,
        _ => 1,
    };

    private static void FillTypes(long* events, int count, int* values)
    {
        for (int i = 0; i < count; i++)
        {
            int offset = (int)(events[i] % NexmarkConfig.Cycle);
            values[i] = offset < NexmarkConfig.Persons ? 0 : offset < NexmarkConfig.Persons + NexmarkConfig.Auctions ? 1 : 2;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillTimes(NexmarkConfig config, long units, long* events, int count, long* values)
    {
        // Event numbers stay below 2^50, so the division runs in 64 bits for all but absurd rates.
        long rate = config.EventsPerSecond;
        long baseTime = config.BaseTimeMs;
        for (int i = 0; i < count; i++)
        {
            long n = events[i];
            long seconds = n / rate;
            values[i] = (baseTime + (seconds * 1000) + ((n - (seconds * rate)) * 1000 / rate)) * units;
        }
    }

    private static void FillExpiry(
        NexmarkConfig config, long units, ulong seed, long* events, int count, long* values)
    {
        const long Ahead = NexmarkConfig.InFlightAuctions * NexmarkConfig.Cycle / NexmarkConfig.Auctions;
        for (int i = 0; i < count; i++)
        {
            long time = config.TimeMs(events[i]);
            long horizonMs = config.TimeMs(events[i] + Ahead) - time;
            ulong word = SplitMix.Draw(seed, (ulong)events[i]);
            values[i] = (time + 1 + SplitMix.Below(word, Math.Clamp(horizonMs * 2, 1, uint.MaxValue))) * units;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillAuctions(ulong seed, long* events, int count, long* values)
    {
        for (int i = 0; i < count; i++)
        {
            long n = events[i];
            long last = Math.Max(0, NexmarkConfig.LastAuction(n));
            ulong word = SplitMix.Draw(seed, (ulong)n);
            long hot = last / NexmarkConfig.HotStride * NexmarkConfig.HotStride;
            long least = Math.Max(last - NexmarkConfig.InFlightAuctions, 0);
            long cold = least + SplitMix.Below(word, last - least + 1 + NexmarkConfig.AuctionIdLead);
            values[i] = NexmarkConfig.FirstAuctionId + (word % NexmarkConfig.HotAuctionRatio != 0 ? hot : cold);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillPersons(ulong seed, ulong hotRatio, int hotOffset, long* events, int count, long* values)
    {
        ulong mask = hotRatio - 1;
        for (int i = 0; i < count; i++)
        {
            long n = events[i];
            long last = NexmarkConfig.LastPerson(n);
            ulong word = SplitMix.Draw(seed, (ulong)n);
            long hot = (last / NexmarkConfig.HotStride * NexmarkConfig.HotStride) + hotOffset;
            long active = Math.Min(last + 1, NexmarkConfig.ActivePeople);
            long cold = last + 1 - active + SplitMix.Below(word, active + NexmarkConfig.PersonIdLead);
            values[i] = NexmarkConfig.FirstPersonId + ((word & mask) != 0 ? hot : cold);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillPrices(ulong seed, long* events, int count, long* values, bool add)
    {
        for (int i = 0; i < count; i++)
        {
            long price = _prices.Of(SplitMix.Draw(seed, (ulong)events[i]));
            values[i] = add ? values[i] + price : price;
        }
    }

    private static void FillAuctionIds(long* events, int count, long* values)
    {
        for (int i = 0; i < count; i++)
        {
            values[i] = NexmarkConfig.FirstAuctionId + NexmarkConfig.LastAuction(events[i]);
        }
    }

    private static void FillPersonIds(long* events, int count, long* values)
    {
        for (int i = 0; i < count; i++)
        {
            values[i] = NexmarkConfig.FirstPersonId + NexmarkConfig.LastPerson(events[i]);
        }
    }

    private static void FillCategories(ulong seed, long* events, int count, long* values)
    {
        for (int i = 0; i < count; i++)
        {
            ulong word = SplitMix.Draw(seed, (ulong)events[i]);
            values[i] = NexmarkConfig.FirstCategoryId + SplitMix.Below(word, NexmarkConfig.Categories);
        }
    }

    private ViewArray MakeText(NexmarkColumn column, long* events, int count)
    {
        NativeBuffer buffer = allocator.Allocate((long)count * sizeof(StringView));
        NativeBuffer? data = null;
        try
        {
            var views = (StringView*)buffer.Pointer;
            ulong seed = SeedOf(column.Field);
            data = column.Field switch
            {
                NexmarkField.BidChannel => PickChannels(_text.ChannelViews, null, events, count, views),
                NexmarkField.BidUrl => PickChannels(_text.UrlViews, _text.Urls, events, count, views),
                NexmarkField.PersonName => Pick(_text.NameViews, _text.NameCount, seed, events, count, views),
                NexmarkField.PersonCity => Pick(_text.CityViews, _text.CityCount, seed, events, count, views),
                NexmarkField.PersonState => Pick(_text.StateViews, _text.StateCount, seed, events, count, views),
                NexmarkField.PersonEmail => NexmarkPersons.Emails(allocator, seed, events, count, views),
                NexmarkField.PersonCard => NexmarkPersons.Cards(allocator, seed, events, count, views),
                NexmarkField.AuctionItemName => CutWords(longest: 20, seed, events, count, views),
                NexmarkField.AuctionDescription => CutWords(longest: 100, seed, events, count, views),
                _ => CutExtra(column.Kind, seed, events, count, views),
            };
            return new ViewArray(column.Type, count, buffer, data is null ? [] : [data], null);
        }
        catch
        {
            buffer.Release();
            throw;
        }
    }

    /// <summary>Picks channel or URL: both use the draw of the channel, so that they belong together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private NativeBuffer? PickChannels(
        StringView* table, NativeBuffer? data, long* events, int count, StringView* views)
    {
        ulong seed = SeedOf(NexmarkField.BidChannel);
        for (int i = 0; i < count; i++)
        {
            ulong word = SplitMix.Draw(seed, (ulong)events[i]);
            long hot = (long)(word >> 1 & 3);
            long cold = 4 + SplitMix.Below(word, NexmarkConfig.Channels);
            views[i] = table[word % NexmarkConfig.HotChannelRatio != 0 ? hot : cold];
        }

        return data?.Retain();
    }

    private NativeBuffer Pick(StringView* table, int choices, ulong seed, long* events, int count, StringView* views)
    {
        for (int i = 0; i < count; i++)
        {
            views[i] = table[SplitMix.Below(SplitMix.Draw(seed, (ulong)events[i]), choices)];
        }

        return _text.Names.Retain();
    }

    private NativeBuffer CutWords(int longest, ulong seed, long* events, int count, StringView* views)
    {
        byte* text = _text.Words.Pointer;
        for (int i = 0; i < count; i++)
        {
            ulong word = SplitMix.Draw(seed, (ulong)events[i]);
            int start = (int)(word & (NexmarkText.Positions - 1));
            int length = 3 + (int)SplitMix.Below(word, longest - 3);
            while (length > 0 && text[start] == ' ')
            {
                start++;
                length--;
            }

            while (length > 0 && text[start + length - 1] == ' ')
            {
                length--;
            }

            views[i] = StringView.Create(text + start, length, 0, start);
        }

        return _text.Words.Retain();
    }

    /// <summary>Cuts padding that brings an event to its usual size: persons 200, auctions 500, bids 100 bytes, ± 20 %.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private NativeBuffer CutExtra(NexmarkTable kind, ulong seed, long* events, int count, StringView* views)
    {
        (int least, int range) = kind switch
        {
            NexmarkTable.Person => (110, 56),
            NexmarkTable.Auction => (312, 156),
            _ => (54, 28),
        };
        byte* text = _text.Letters.Pointer;
        for (int i = 0; i < count; i++)
        {
            ulong word = SplitMix.Draw(seed, (ulong)events[i]);
            int start = (int)(word & (NexmarkText.Positions - 1));
            views[i] = StringView.Create(text + start, least + (int)SplitMix.Below(word, range), 0, start);
        }

        return _text.Letters.Retain();
    }

    private StructArray MakeRow(NexmarkColumn column, long* events, int count)
    {
        var fields = new ArrayData[column.Children.Length];
        int made = 0;
        NativeBuffer? validity = null;
        try
        {
            validity = allocator.AllocateZeroed(Bitmap.ByteCount(count));
            validity.Length = (count + 7) >> 3;
            for (int i = 0; i < count; i++)
            {
                if (NexmarkSplit.KindOf(events[i]) == column.Kind)
                {
                    Bitmap.Set(validity.Pointer, i);
                }
            }

            for (; made < fields.Length; made++)
            {
                fields[made] = Make(column.Children[made], events, count);
            }

            return new StructArray(column.Type, count, fields, validity);
        }
        catch
        {
            validity?.Release();
            for (int i = 0; i < made; i++)
            {
                fields[i].Release();
            }

            throw;
        }
    }
}
