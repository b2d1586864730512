using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Sums up measurements without an assumption on how they are spread.</summary>
internal static class Quantiles
{
    /// <summary>Returns the value below which a part of the values lies; not a number of none.</summary>
    public static double At(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        double at = part * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    /// <summary>Returns the order statistics between which the median lies with at least nine tenths of certainty.</summary>
    public static (double Low, double High) MedianBounds(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        if (n == 0)
        {
            return (double.NaN, double.NaN);
        }

        // Below the k-th of n lie fewer than k of them, if the median does: binomial, 1/2.
        double term = Math.Exp(-n * Math.Log(2));
        double outside = term;
        int k = 0;
        while (k < (n - 1) / 2)
        {
            term *= (double)(n - k) / (k + 1);
            if (2 * (outside + term) > 0.1)
            {
                break;
            }

            outside += term;
            k++;
        }

        return (sorted[k], sorted[n - 1 - k]);
    }
}
