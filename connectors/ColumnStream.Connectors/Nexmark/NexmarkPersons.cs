using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Writes the text of persons that is new for each: addresses and card numbers.</summary>
internal static unsafe class NexmarkPersons
{
    private const int EmailBytes = 16;
    private const int CardBytes = 20;

    /// <summary>Writes <c>letters@letters.com</c> for every event and returns the bytes.</summary>
    public static NativeBuffer Emails(
        BufferAllocator allocator, ulong seed, long* events, int count, StringView* views)
    {
        NativeBuffer data = allocator.Allocate((long)count * EmailBytes);
        for (int i = 0; i < count; i++)
        {
            ulong state = SplitMix.Draw(seed, (ulong)events[i]);
            int start = i * EmailBytes;
            byte* end = Letters(data.Pointer + start, 3 + (int)SplitMix.Below(state, 4), ref state);
            *end++ = (byte)'@';
            end = Letters(end, 3 + (int)SplitMix.Below(state, 2), ref state);
            ".com"u8.CopyTo(new System.Span<byte>(end, 4));
            int length = (int)(end + 4 - (data.Pointer + start));
            views[i] = StringView.Create(data.Pointer + start, length, 0, start);
        }

        return data;
    }

    /// <summary>Writes <c>dddd dddd dddd dddd</c> for every event and returns the bytes.</summary>
    public static NativeBuffer Cards(
        BufferAllocator allocator, ulong seed, long* events, int count, StringView* views)
    {
        NativeBuffer data = allocator.Allocate((long)count * CardBytes);
        for (int i = 0; i < count; i++)
        {
            ulong state = SplitMix.Draw(seed, (ulong)events[i]);
            byte* start = data.Pointer + (i * CardBytes);
            for (int c = 0; c < 19; c++)
            {
                state = SplitMix.Mix(state + SplitMix.Step);
                start[c] = c % 5 == 4 ? (byte)' ' : (byte)('0' + SplitMix.Below(state, 10));
            }

            views[i] = StringView.Create(start, 19, 0, i * CardBytes);
        }

        return data;
    }

    private static byte* Letters(byte* target, int count, ref ulong state)
    {
        for (int c = 0; c < count; c++)
        {
            state = SplitMix.Mix(state + SplitMix.Step);
            *target++ = (byte)('a' + SplitMix.Below(state, 26));
        }

        return target;
    }
}
