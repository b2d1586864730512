using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Cuts a batch into runs of rows of one slice; a batch that jumps between slices is put in their order first.</summary>
internal sealed unsafe class SliceRuns(WindowMath math, int timeColumn, BufferAllocator account)
{
    private readonly List<(int Start, int End, long Slice)> _runs = [];
    private readonly Dictionary<long, int> _counts = [];

    /// <summary>Gets the runs of the last batch, in row order.</summary>
    public List<(int Start, int End, long Slice)> Runs => _runs;

    /// <summary>Gets whether rows stay in the order in which they came, whatever that costs.</summary>
    public bool KeepsOrder { get; init; }

    /// <summary>Makes one run of a whole batch: its rows have one time.</summary>
    public void One(int rows, long slice)
    {
        _runs.Clear();
        _runs.Add((0, rows, slice));
    }

    /// <summary>Finds the runs of a batch without selection and null rowtimes; may replace it by a reordered one.</summary>
    public StreamBatch Cut(StreamBatch batch)
    {
        Find(batch.Rows);
        if (KeepsOrder)
        {
            return batch;
        }

        _counts.Clear();
        foreach ((int start, int end, long slice) in _runs)
        {
            _counts[slice] = _counts.GetValueOrDefault(slice) + end - start;
        }

        if (_runs.Count <= (2 * _counts.Count) + 8)
        {
            return batch;
        }

        batch = Reorder(batch);
        Find(batch.Rows);
        return batch;
    }

    private void Find(RecordBatch rows)
    {
        _runs.Clear();
        var times = (FixedWidthArray)rows.Columns[timeColumn];
        var values = (long*)times.Pointer;
        long units = WindowMath.UnitsPerMs(times.Type);
        int length = rows.Length;
        for (int i = 0; i < length;)
        {
            long time = WindowMath.FloorDivide(values[i], units);
            long slice = math.SliceOf(time);
            long low = math.IsAttached ? time : slice;
            int end = RunEnd(values, i, length, low * units, (low + math.SliceMs) * units);
            _runs.Add((i, end, slice));
            i = end;
        }
    }

    /// <summary>Returns the first row behind <paramref name="start"/> that is outside [low, high).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RunEnd(long* values, int start, int length, long low, long high)
    {
        int i = start;
        Vector256<long> least = Vector256.Create(low);
        Vector256<long> most = Vector256.Create(high - 1);
        for (; i + 4 <= length; i += 4)
        {
            Vector256<long> block = Vector256.Load(values + i);
            if (Vector256.LessThanAny(block, least) || Vector256.GreaterThanAny(block, most))
            {
                break;
            }
        }

        while (i < length && values[i] >= low && values[i] < high)
        {
            i++;
        }

        return i;
    }

    /// <summary>Puts rows of equal slices side by side, in the order of first occurrence and of rows inside.</summary>
    private StreamBatch Reorder(StreamBatch batch)
    {
        int next = 0;
        foreach (long slice in new List<long>(_counts.Keys))
        {
            int count = _counts[slice];
            _counts[slice] = next;
            next += count;
        }

        var order = new int[batch.Rows.Length];
        foreach ((int start, int end, long slice) in _runs)
        {
            int at = _counts[slice];
            for (int i = start; i < end; i++)
            {
                order[at++] = i;
            }

            _counts[slice] = at;
        }

        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = account.Allocate(order.Length);
            for (int i = 0; i < order.Length; i++)
            {
                kinds.Pointer[i] = (byte)batch.Kinds[order[i]];
            }
        }

        var ordered = new StreamBatch(TakeKernel.Take(batch.Rows, order, account), kinds);
        batch.Release();
        return ordered;
    }
}
