using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Folds COUNT, SUM, AVG, MIN and MAX of one column of 64-bit numbers in one pass, where they see the same rows.</summary>
/// <remarks>
/// Holds at most one count, two sums (AVG is one) and one extreme of each direction. Each combination has a loop of its own, made
/// at its first use; what is not asked for costs nothing. The cells are those of the single accumulators.
/// </remarks>
public sealed unsafe class FusedAggregates
{
    private int _count = -1;
    private int _sum = -1;
    private int _second = -1;
    private int _least = -1;
    private int _greatest = -1;

    private interface IFlag
    {
        static abstract bool IsOn { get; }
    }

    /// <summary>Gets the number of aggregates.</summary>
    public int Members { get; private set; }

    /// <summary>Tells whether an accumulator is of a kind that can be fused, and whether it has an argument then.</summary>
    public static bool Takes(Accumulator accumulator) =>
        accumulator is CountAccumulator or Int64SumAccumulator
            or ExtremeAccumulator<long, LeastInt64> or ExtremeAccumulator<long, GreatestInt64>;

    /// <summary>Forgets all aggregates.</summary>
    public void Clear()
    {
        Members = 0;
        (_count, _sum, _second, _least, _greatest) = (-1, -1, -1, -1, -1);
    }

    /// <summary>Adds an aggregate; returns false when there is no place for it.</summary>
    public bool TryAdd(Accumulator accumulator)
    {
        int offset = accumulator.Offset;
        bool isAdded = accumulator switch
        {
            CountAccumulator => Put(ref _count, offset),
            Int64SumAccumulator => Put(ref _sum, offset) || Put(ref _second, offset),
            ExtremeAccumulator<long, LeastInt64> => Put(ref _least, offset),
            ExtremeAccumulator<long, GreatestInt64> => Put(ref _greatest, offset),
            _ => false,
        };
        Members += isAdded ? 1 : 0;
        return isAdded;
    }

    /// <summary>Accumulates rows [start, start + count), at most a block, as each aggregate alone would.</summary>
    /// <param name="argument">The argument of all that have one; null where none has.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="rows">The state row of each input row.</param>
    /// <param name="signs">A sign each input row, or null; extremes take those above 0.</param>
    public void Accumulate(ArrayData? argument, int start, int count, byte** rows, sbyte* signs)
    {
        ulong* scratch = stackalloc ulong[Accumulator.BlockRows];
        var block = new Block
        {
            Values = argument is null ? (long*)scratch : (long*)ArgumentWords.Read(argument, start, count, scratch),
            Rows = rows, Signs = signs, Count = count,
        };
        if (_count >= 0)
        {
            WithSum<On>(block);
        }
        else
        {
            WithSum<Off>(block);
        }
    }

    /// <summary>Adds to each row's cells the signs of several counts: 2 to 4.</summary>
    /// <param name="rows">The state row of each input row.</param>
    /// <param name="count">Number of input rows.</param>
    /// <param name="offsets">Where each count stands.</param>
    /// <param name="signs">Its signs.</param>
    /// <param name="members">The number of counts.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Count(byte** rows, int count, int* offsets, sbyte** signs, int members)
    {
        (int a, int b, int c, int d) = (offsets[0], offsets[1], offsets[members > 2 ? 2 : 1], offsets[members > 3 ? 3 : 1]);
        sbyte* ofA = signs[0];
        sbyte* ofB = signs[1];
        sbyte* ofC = signs[members > 2 ? 2 : 1];
        sbyte* ofD = signs[members > 3 ? 3 : 1];
        switch (members)
        {
            case 2:
                for (int i = 0; i < count; i++)
                {
                    byte* row = rows[i];
                    *(long*)(row + a) += ofA[i];
                    *(long*)(row + b) += ofB[i];
                }

                break;
            case 3:
                for (int i = 0; i < count; i++)
                {
                    byte* row = rows[i];
                    *(long*)(row + a) += ofA[i];
                    *(long*)(row + b) += ofB[i];
                    *(long*)(row + c) += ofC[i];
                }

                break;
            default:
                for (int i = 0; i < count; i++)
                {
                    byte* row = rows[i];
                    *(long*)(row + a) += ofA[i];
                    *(long*)(row + b) += ofB[i];
                    *(long*)(row + c) += ofC[i];
                    *(long*)(row + d) += ofD[i];
                }

                break;
        }
    }

    private static bool Put(ref int place, int offset)
    {
        if (place >= 0)
        {
            return false;
        }

        place = offset;
        return true;
    }

    private void WithSum<TCount>(in Block block)
        where TCount : struct, IFlag
    {
        if (_second >= 0)
        {
            WithLeast<TCount, On, On>(block);
        }
        else if (_sum >= 0)
        {
            WithLeast<TCount, On, Off>(block);
        }
        else
        {
            WithLeast<TCount, Off, Off>(block);
        }
    }

    private void WithLeast<TCount, TSum, TSecond>(in Block block)
        where TCount : struct, IFlag
        where TSum : struct, IFlag
        where TSecond : struct, IFlag
    {
        if (_least >= 0)
        {
            WithGreatest<TCount, TSum, TSecond, On>(block);
        }
        else
        {
            WithGreatest<TCount, TSum, TSecond, Off>(block);
        }
    }

    private void WithGreatest<TCount, TSum, TSecond, TLeast>(in Block block)
        where TCount : struct, IFlag
        where TSum : struct, IFlag
        where TSecond : struct, IFlag
        where TLeast : struct, IFlag
    {
        if (_greatest >= 0)
        {
            WithSigns<TCount, TSum, TSecond, TLeast, On>(block);
        }
        else
        {
            WithSigns<TCount, TSum, TSecond, TLeast, Off>(block);
        }
    }

    private void WithSigns<TCount, TSum, TSecond, TLeast, TGreatest>(in Block block)
        where TCount : struct, IFlag
        where TSum : struct, IFlag
        where TSecond : struct, IFlag
        where TLeast : struct, IFlag
        where TGreatest : struct, IFlag
    {
        if (block.Signs is null)
        {
            Fold<TCount, TSum, TSecond, TLeast, TGreatest, Off>(block);
        }
        else
        {
            Fold<TCount, TSum, TSecond, TLeast, TGreatest, On>(block);
        }
    }

    // Flags are constants to the compiler: a loop holds what its combination asks for and nothing else.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fold<TCount, TSum, TSecond, TLeast, TGreatest, TSigned>(in Block block)
        where TCount : struct, IFlag
        where TSum : struct, IFlag
        where TSecond : struct, IFlag
        where TLeast : struct, IFlag
        where TGreatest : struct, IFlag
        where TSigned : struct, IFlag
    {
        (int count, int sum, int second, int least, int greatest) = (_count, _sum, _second, _least, _greatest);
        byte** rows = block.Rows;
        long* values = block.Values;
        sbyte* signs = block.Signs;
        int end = block.Count;
        for (int i = 0; i < end; i++)
        {
            byte* row = rows[i];
            long value = values[i];
            long sign = TSigned.IsOn ? signs[i] : 1;
            if (TCount.IsOn)
            {
                *(long*)(row + count) += sign;
            }

            long added = TSigned.IsOn ? value * sign : value;
            if (TSum.IsOn)
            {
                var cells = (long*)(row + sum);
                cells[0] += added;
                cells[1] += sign;
            }

            if (TSecond.IsOn)
            {
                var cells = (long*)(row + second);
                cells[0] += added;
                cells[1] += sign;
            }

            if (TLeast.IsOn && (!TSigned.IsOn || sign > 0))
            {
                var cells = (long*)(row + least);
                cells[0] = cells[1] == 0 || value < cells[0] ? value : cells[0];
                cells[1]++;
            }

            if (TGreatest.IsOn && (!TSigned.IsOn || sign > 0))
            {
                var cells = (long*)(row + greatest);
                cells[0] = cells[1] == 0 || value > cells[0] ? value : cells[0];
                cells[1]++;
            }
        }
    }

    private readonly struct On : IFlag
    {
        public static bool IsOn => true;
    }

    private readonly struct Off : IFlag
    {
        public static bool IsOn => false;
    }

    private ref struct Block
    {
        public long* Values;
        public byte** Rows;
        public sbyte* Signs;
        public int Count;
    }
}
