using System;
using System.Collections.Generic;

namespace ColumnStream.Compute.Patterns;

/// <summary>Holds a set of code points as ascending ranges with gaps between them.</summary>
internal sealed class CodePointSet
{
    /// <summary>The greatest code point.</summary>
    public const int Last = 0x10FFFF;

    private readonly (int Low, int High)[] _ranges;

    private CodePointSet((int Low, int High)[] ranges) => _ranges = ranges;

    /// <summary>Gets the set of nothing.</summary>
    public static CodePointSet Empty { get; } = new([]);

    /// <summary>Gets the set of everything.</summary>
    public static CodePointSet All { get; } = Range(0, Last);

    /// <summary>Gets the ranges.</summary>
    public ReadOnlySpan<(int Low, int High)> Ranges => _ranges;

    /// <summary>Gets the only member, or -1 where there is not exactly one.</summary>
    public int Single => _ranges is [var (low, high)] && low == high ? low : -1;

    public static CodePointSet Of(int point) => new([(point, point)]);

    public static CodePointSet Range(int low, int high) => new([(low, high)]);

    /// <summary>Makes the set of members written one behind the other.</summary>
    public static CodePointSet Of(string members)
    {
        List<(int, int)> ranges = [];
        foreach (char member in members)
        {
            ranges.Add((member, member));
        }

        return Normalize(ranges);
    }

    /// <summary>Makes the set of the code points below a bound that pass a test.</summary>
    public static CodePointSet Where(int bound, Func<int, bool> test)
    {
        List<(int, int)> ranges = [];
        for (int point = 0; point < bound; point++)
        {
            if (test(point))
            {
                ranges.Add((point, point));
            }
        }

        return Normalize(ranges);
    }

    /// <summary>Joins ranges of any order.</summary>
    public static CodePointSet Normalize(List<(int Low, int High)> ranges)
    {
        ranges.Sort();
        List<(int Low, int High)> joined = [];
        foreach ((int low, int high) in ranges)
        {
            if (joined.Count > 0 && low <= joined[^1].High + 1)
            {
                joined[^1] = (joined[^1].Low, Math.Max(joined[^1].High, high));
            }
            else
            {
                joined.Add((low, high));
            }
        }

        return new CodePointSet([.. joined]);
    }

    public CodePointSet Union(CodePointSet other) => Normalize([.. _ranges, .. other._ranges]);

    public CodePointSet Negate()
    {
        List<(int, int)> ranges = [];
        int next = 0;
        foreach ((int low, int high) in _ranges)
        {
            if (low > next)
            {
                ranges.Add((next, low - 1));
            }

            next = high + 1;
        }

        if (next <= Last)
        {
            ranges.Add((next, Last));
        }

        return new CodePointSet([.. ranges]);
    }

    public CodePointSet Intersect(CodePointSet other)
    {
        List<(int, int)> ranges = [];
        int i = 0;
        int j = 0;
        while (i < _ranges.Length && j < other._ranges.Length)
        {
            int low = Math.Max(_ranges[i].Low, other._ranges[j].Low);
            int high = Math.Min(_ranges[i].High, other._ranges[j].High);
            if (low <= high)
            {
                ranges.Add((low, high));
            }

            if (_ranges[i].High < other._ranges[j].High)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return new CodePointSet([.. ranges]);
    }

    public bool Contains(int point)
    {
        int at = Array.BinarySearch(_ranges, (point, int.MaxValue));
        at = at < 0 ? ~at - 1 : at;
        return at >= 0 && _ranges[at].High >= point;
    }
}
