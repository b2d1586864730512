using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Execution;

/// <summary>
/// Runs an operation on points in time whose result stays the same inside each period of fixed length: a tile of one
/// period is computed once, a run of rows of one period once too.
/// </summary>
/// <param name="a">The points, in any unit.</param>
/// <param name="period">Length of a period in that unit; periods begin at multiples of it.</param>
/// <param name="loop">What computes a whole tile of 64-bit results at once, or null.</param>
internal sealed unsafe class PeriodStep<TOp, TR>(int a, long period, IPeriodLoop? loop = null) : RowStep
    where TOp : struct, IRowOp<long, TR>
{
    protected override byte* Validity(Frame frame) => frame[a].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        long* values = (long*)frame[a].Data;
        if (frame.Scalar)
        {
            Runs(frame, values, mask, 0);
        }
        else if (!(AreAll(mask, frame.Rows) && OnePeriod(frame, values))
            && (loop is null || !loop.Run(values, (long*)frame[Result].Data, frame.Rows)))
        {
            Runs(frame, values, mask, period);
        }
    }

    private static bool AreAll(ulong* mask, int rows)
    {
        for (int w = 0; w < rows >> 6; w++)
        {
            if (mask[w] != ulong.MaxValue)
            {
                return false;
            }
        }

        return (rows & 63) == 0 || mask[rows >> 6] == (1UL << (rows & 63)) - 1;
    }

    /// <summary>Fills the tile with one result; false when its rows are of several periods or have no result.</summary>
    private bool OnePeriod(Frame frame, long* values)
    {
        long first = CivilDate.FloorDiv(values[0], period);
        if (CivilDate.FloorDiv(values[frame.Rows - 1], period) != first)
        {
            return false;
        }

        (long least, long greatest) = Range(values, frame.Rows);
        if (CivilDate.FloorDiv(least, period) != first || CivilDate.FloorDiv(greatest, period) != first
            || !TOp.Apply(frame, least, out TR value))
        {
            return false;
        }

        ref Register result = ref frame[Result];
        if (typeof(TR) == typeof(long))
        {
            new Span<long>(result.Data, frame.Rows).Fill(Unsafe.As<TR, long>(ref value));
            return true;
        }

        Write(result, 0, value);
        new Span<StringView>(result.Data, frame.Rows).Fill(*(StringView*)result.Data);

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (long Least, long Greatest) Range(long* values, int rows)
    {
        long least = values[0];
        long greatest = values[0];
        int i = 0;
        if (rows >= Vector512<long>.Count)
        {
            Vector512<long> low = Vector512.Load(values);
            Vector512<long> high = low;
            for (i = Vector512<long>.Count; i + Vector512<long>.Count <= rows; i += Vector512<long>.Count)
            {
                Vector512<long> x = Vector512.Load(values + i);
                low = Vector512.Min(low, x);
                high = Vector512.Max(high, x);
            }

            for (int lane = 0; lane < Vector512<long>.Count; lane++)
            {
                least = Math.Min(least, low[lane]);
                greatest = Math.Max(greatest, high[lane]);
            }
        }

        for (; i < rows; i++)
        {
            least = Math.Min(least, values[i]);
            greatest = Math.Max(greatest, values[i]);
        }

        return (least, greatest);
    }

    /// <summary>Computes the first row of each run of rows of one period; a length of 0 computes every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Runs(Frame frame, long* values, ulong* mask, long length)
    {
        byte* results = frame[Result].Data;
        long start = 0;
        ulong span = 0;
        int known = 0;
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                long time = values[row];
                if ((ulong)(time - start) < span)
                {
                    if (typeof(TR) == typeof(long))
                    {
                        ((long*)results)[row] = ((long*)results)[known];
                    }
                    else
                    {
                        Vector128.Load(results + (known * 16)).Store(results + (row * 16));
                    }

                    continue;
                }

                // Near the ends of 64 bits a period may not fit: then it is not remembered.
                known = row;
                start = length == 0 ? 0 : CivilDate.FloorDiv(time, length) * length;
                span = Compute(frame, row, time) && time > long.MinValue + length && time < long.MaxValue - length
                    ? (ulong)length : 0;
            }
        }
    }

    private bool Compute(Frame frame, int row, long time)
    {
        if (TOp.Apply(frame, time, out TR value))
        {
            Write(frame[Result], row, value);
            return true;
        }

        Missing(frame, row);
        return false;
    }
}

/// <summary>Computes 64-bit results of a tile of points in time; false when it cannot, whatever it has written.</summary>
internal unsafe interface IPeriodLoop
{
    bool Run(long* values, long* results, int rows);
}

/// <summary>Rounds down to multiples of a constant.</summary>
internal sealed unsafe class FloorLoop(long size) : IPeriodLoop
{
    private readonly ConstantDivision _division = new(size);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run(long* values, long* results, int rows)
    {
        ConstantDivision division = _division;
        Vector512<long> seen = Vector512<long>.Zero;
        for (int i = 0; i < rows; i += 8)
        {
            Vector512<long> x = Vector512.Load(values + i);
            seen = ConstantDivision.Seen(seen, x);
            Vector512<double> value = ConstantDivision.ToDouble(x);
            _ = division.Floor(value, out Vector512<double> rest);
            ConstantDivision.ToInt64(value - rest).Store(results + i);
        }

        return ConstantDivision.Fit(seen);
    }
}

/// <summary>Counts whole units since the last multiple of so many of them: hours of the day, minutes of the hour.</summary>
internal sealed unsafe class PartLoop(long size, long count) : IPeriodLoop
{
    private readonly ConstantDivision _units = new(size);
    private readonly ConstantDivision _groups = new(count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run(long* values, long* results, int rows)
    {
        ConstantDivision units = _units;
        ConstantDivision groups = _groups;
        Vector512<long> seen = Vector512<long>.Zero;
        for (int i = 0; i < rows; i += 8)
        {
            Vector512<long> x = Vector512.Load(values + i);
            seen = ConstantDivision.Seen(seen, x);
            _ = groups.Floor(units.Floor(ConstantDivision.ToDouble(x), out _), out Vector512<double> part);
            ConstantDivision.ToInt64(part).Store(results + i);
        }

        return ConstantDivision.Fit(seen);
    }
}
