namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Draws the 48-bit linear congruential sequence that <c>java.util.Random</c> specifies, so that seeds agree.</summary>
internal struct JavaRandom(long seed)
{
    private const long Multiplier = 0x5DEECE66D;
    private const long Mask = (1L << 48) - 1;
    private long _state = (seed ^ Multiplier) & Mask;

    /// <summary>Draws from 0 to below 1.</summary>
    public double NextDouble() => (((long)Next(26) << 27) + Next(27)) * (1.0 / (1L << 53));

    /// <summary>Draws a number of at most 32 bits.</summary>
    public int Next(int bits)
    {
        _state = unchecked((_state * Multiplier) + 0xB) & Mask;
        return (int)(_state >> (48 - bits));
    }

    /// <summary>Draws from 0 to below a positive bound.</summary>
    public int NextBelow(int bound)
    {
        int draw = Next(31);
        if ((bound & (bound - 1)) == 0)
        {
            return (int)(((long)bound * draw) >> 31);
        }

        int value = draw % bound;
        while (unchecked(draw - value + (bound - 1)) < 0)
        {
            draw = Next(31);
            value = draw % bound;
        }

        return value;
    }
}
