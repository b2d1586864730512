using System;
using ColumnStream.Engine.Operators.WindowAggregate;

namespace ColumnStream.Engine.Operators.WindowArgMax;

/// <summary>Tells which windows a time belongs to, and which it may match; windows are named by their ends, in milliseconds.</summary>
/// <remarks>
/// <code>
/// belongs to  end − size ≤ time &lt; end
/// may match   lower ≤ time − end ≤ upper
/// </code>
/// Ends stand a slide apart, since the size is a multiple of it.
/// </remarks>
internal readonly struct WindowReach(WindowArgMaxNode node)
{
    private readonly long _offset = node.Window.OffsetMs;
    private readonly long _lower = node.LowerMs;
    private readonly long _upper = node.UpperMs;

    /// <summary>Gets the distance between ends.</summary>
    public long SlideMs { get; } = node.Window.SlideMs;

    /// <summary>Gets the length of a window.</summary>
    public long SizeMs { get; } = node.Window.SizeMs;

    /// <summary>Returns the last end at or before a time.</summary>
    public long EndBefore(long timeMs) => (WindowMath.FloorDivide(timeMs - _offset, SlideMs) * SlideMs) + _offset;

    /// <summary>Returns the first end that a time belongs to or may match.</summary>
    public long First(long timeMs) => EndBefore(timeMs - Math.Max(_upper, -1) - 1) + SlideMs;

    /// <summary>Returns the last end that a time belongs to or may match.</summary>
    public long Last(long timeMs) => EndBefore(timeMs - Math.Min(_lower, -SizeMs));

    /// <summary>Tells whether a time belongs to the window of an end.</summary>
    public bool IsMember(long timeMs, long endMs) => timeMs < endMs && timeMs >= endMs - SizeMs;

    /// <summary>Tells whether a row of a time comes out of the window of an end.</summary>
    public bool MayMatch(long timeMs, long endMs) => timeMs - endMs >= _lower && timeMs - endMs <= _upper;

    /// <summary>Returns the last end that times of [<paramref name="before"/>, + slide) belong to, where that is an end.</summary>
    public long LastMember(long before) => before + SizeMs;

    /// <summary>Returns the times of [<paramref name="before"/>, + slide) that reach no window but their own; perhaps none.</summary>
    public (long From, long To) Quiet(long before) => (
        Math.Max(before, before + _upper + 1), Math.Min(before + SlideMs, LastMember(before) + SlideMs + _lower));
}
