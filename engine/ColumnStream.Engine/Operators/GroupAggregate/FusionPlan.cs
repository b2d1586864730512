using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Aggregates;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Says for a batch which aggregates go through their groups' rows together, in one pass instead of one each.</summary>
/// <remarks>
/// Together go sums, extremes and a count of one column whose rows count alike; and counts with filters of their own, up to four.
/// Which do depends on the batch: a NULL in the column gives its aggregates signs that COUNT(*) has not.
/// </remarks>
internal sealed unsafe class FusionPlan
{
    private const int MostCounts = 4;
    private readonly AggregatePlan _plan;
    private readonly bool[] _canFuse;
    private readonly bool[] _isDone;
    private readonly FusedAggregates[] _sets;
    private readonly int[] _setSigns;
    private readonly int[] _setArguments;
    private readonly int[] _counts;
    private int[] _signs = [];
    private int _setCount;
    private int _countCount;

    /// <summary>Looks which aggregates of a plan can be fused at all.</summary>
    public FusionPlan(AggregatePlan plan)
    {
        int calls = plan.Calls.Count;
        _plan = plan;
        _canFuse = new bool[calls];
        _isDone = new bool[calls];
        _sets = new FusedAggregates[calls];
        _setSigns = new int[calls];
        _setArguments = new int[calls];
        _counts = new int[calls];
        for (int i = 0; i < calls; i++)
        {
            _sets[i] = new FusedAggregates();
            _canFuse[i] = !plan.IsPartial && !plan.IsDistinct(i) && plan.Sets[i] is null
                && plan.Calls[i].Arguments.Count <= 1 && FusedAggregates.Takes(plan.Accumulators[i]);
        }
    }

    /// <summary>Tells whether an aggregate is part of a pass.</summary>
    public bool IsDone(int call) => _isDone[call];

    /// <summary>Decides for a batch.</summary>
    /// <param name="signs">For each aggregate the number of its signs, −1 where every row adds one.</param>
    public void Decide(int[] signs)
    {
        _signs = signs;
        Array.Clear(_isDone);
        _setCount = 0;
        for (int i = 0; i < _canFuse.Length; i++)
        {
            if (_canFuse[i] && !_isDone[i] && _plan.Calls[i].Arguments.Count == 1 && _plan.Accumulators[i] is not CountAccumulator)
            {
                Gather(i);
            }
        }

        _countCount = 0;
        for (int i = 0; i < _canFuse.Length; i++)
        {
            if (_canFuse[i] && !_isDone[i] && signs[i] >= 0 && _plan.Accumulators[i] is CountAccumulator)
            {
                _counts[_countCount++] = i;
            }
        }

        // One that would be alone in its pass stays with the others.
        _countCount -= _countCount % MostCounts == 1 ? 1 : 0;
        for (int k = 0; k < _countCount; k++)
        {
            _isDone[_counts[k]] = true;
        }
    }

    /// <summary>Accumulates a block into the rows of its groups.</summary>
    /// <param name="arguments">The arguments of each aggregate.</param>
    /// <param name="at">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="rows">The state row of each input row.</param>
    /// <param name="signsOf">Signs by their number, from the first row of the batch.</param>
    public void Accumulate(ArrayData[][] arguments, int at, int count, byte** rows, State.NativeList<sbyte>[] signsOf)
    {
        for (int s = 0; s < _setCount; s++)
        {
            sbyte* signs = _setSigns[s] < 0 ? null : signsOf[_setSigns[s]].Pointer + at;
            _sets[s].Accumulate(arguments[_setArguments[s]][0], at, count, rows, signs);
        }

        int* offsets = stackalloc int[MostCounts];
        sbyte** signsOfCounts = stackalloc sbyte*[MostCounts];
        for (int first = 0; first < _countCount; first += MostCounts)
        {
            int members = Math.Min(MostCounts, _countCount - first);
            for (int k = 0; k < members; k++)
            {
                int call = _counts[first + k];
                offsets[k] = _plan.Accumulators[call].Offset;
                signsOfCounts[k] = signsOf[_signs[call]].Pointer + at;
            }

            FusedAggregates.Count(rows, count, offsets, signsOfCounts, members);
        }
    }

    /// <summary>Makes a pass of an aggregate and all that can go with it.</summary>
    private void Gather(int call)
    {
        FusedAggregates set = _sets[_setCount];
        set.Clear();
        _isDone[call] = set.TryAdd(_plan.Accumulators[call]);
        for (int i = 0; i < _canFuse.Length; i++)
        {
            bool fits = _canFuse[i] && !_isDone[i] && _signs[i] == _signs[call]
                && (_plan.Accumulators[i] is CountAccumulator || _plan.Calls[i].Arguments == _plan.Calls[call].Arguments);
            _isDone[i] |= fits && set.TryAdd(_plan.Accumulators[i]);
        }

        if (set.Members < 2)
        {
            _isDone[call] = false;
            return;
        }

        _setSigns[_setCount] = _signs[call];
        _setArguments[_setCount++] = call;
    }
}
