using System;
using System.Runtime.CompilerServices;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Draws prices of 10^(6r) * 100 cents, r uniform in [0, 1).</summary>
/// <remarks>A power a row would cost more than the rest of a bid: r has 30 bits, and each 10 of them select one factor.</remarks>
internal sealed class NexmarkPrices
{
    private readonly double[] _coarse = new double[1024];
    private readonly double[] _middle = new double[1024];
    private readonly double[] _fine = new double[1024];

    public NexmarkPrices()
    {
        for (int i = 0; i < 1024; i++)
        {
            _coarse[i] = Math.Pow(10, 6.0 * i / 1024) * 100;
            _middle[i] = Math.Pow(10, 6.0 * i / (1024 * 1024));
            _fine[i] = Math.Pow(10, 6.0 * i / (1024.0 * 1024 * 1024));
        }
    }

    /// <summary>Returns the price that belongs to a draw.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Of(ulong word)
    {
        double price = _coarse[(int)(word >> 54)] * _middle[(int)(word >> 44) & 1023] * _fine[(int)(word >> 34) & 1023];
        return (long)(price + 0.5);
    }
}
