using System.Numerics;
using System.Threading;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Marks which channels of a gate have elements, one bit each.</summary>
/// <remarks>
/// One of the four lock-free protocols. Producer: publish the element, then <see cref="Set"/>; notify only if the bit was
/// clear. Consumer: found empty: <see cref="Clear"/>, look again, <see cref="Set"/> again if something came.
/// </remarks>
internal sealed class ReadyBits(int count)
{
    private readonly long[] _words = new long[(count + 63) >> 6];

    /// <summary>Sets a bit; returns whether it was clear.</summary>
    public bool Set(int bit)
    {
        long mask = 1L << (bit & 63);
        ref long word = ref _words[bit >> 6];

        // Always a read-modify-write: it orders the element before whatever the consumer does behind its Clear.
        return (Interlocked.Or(ref word, mask) & mask) == 0;
    }

    /// <summary>Clears a bit with a full fence.</summary>
    public void Clear(int bit) => Interlocked.And(ref _words[bit >> 6], ~(1L << (bit & 63)));

    /// <summary>Finds the next bit that is set here and clear in <paramref name="blocked"/>, from <paramref name="start"/> around; -1 if none.</summary>
    public int Next(int start, long[] blocked)
    {
        int words = _words.Length;
        int first = start >> 6;
        for (int i = 0; i <= words; i++)
        {
            int index = (first + i) % words;
            long open = Volatile.Read(ref _words[index]) & ~blocked[index];
            if (i == 0)
            {
                open &= -1L << (start & 63);
            }

            if (open != 0)
            {
                return (index << 6) + BitOperations.TrailingZeroCount(open);
            }
        }

        return -1;
    }
}
