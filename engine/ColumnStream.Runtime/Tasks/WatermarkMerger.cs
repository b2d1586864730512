using System;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Combines the watermarks of several inputs: the smallest of those that are neither idle nor ended.</summary>
internal sealed class WatermarkMerger
{
    private readonly long[] _watermarks;
    private readonly bool[] _idle;

    public WatermarkMerger(int inputs)
    {
        _watermarks = new long[inputs];
        _idle = new bool[inputs];
        Array.Fill(_watermarks, Watermark.Min);
    }

    /// <summary>Gets the combined watermark; it never falls.</summary>
    public long Current { get; private set; } = Watermark.Min;

    /// <summary>Gets whether every input that did not end is idle.</summary>
    public bool IsIdle { get; private set; }

    /// <summary>Takes an input's watermark; returns whether the combined one rose.</summary>
    public bool Advance(int input, long watermarkMs)
    {
        _idle[input] = false;
        IsIdle = false;
        _watermarks[input] = Math.Max(_watermarks[input], watermarkMs);
        return Combine();
    }

    /// <summary>Takes that an input is idle; returns whether the combined watermark rose.</summary>
    public bool SetIdle(int input)
    {
        _idle[input] = true;
        return Combine();
    }

    /// <summary>Takes that an input has data again.</summary>
    public void SetActive(int input)
    {
        _idle[input] = false;
        IsIdle = false;
    }

    private bool Combine()
    {
        long least = long.MaxValue;
        bool anyIdle = false;
        bool anyOpen = false;
        for (int i = 0; i < _watermarks.Length; i++)
        {
            if (_watermarks[i] == Watermark.Max)
            {
                continue;
            }

            if (_idle[i])
            {
                anyIdle = true;
                continue;
            }

            anyOpen = true;
            least = Math.Min(least, _watermarks[i]);
        }

        // Inputs that ended say nothing as long as an idle one may come back.
        IsIdle = anyIdle && !anyOpen;
        if (IsIdle || least <= Current)
        {
            return false;
        }

        Current = least;
        return true;
    }
}
