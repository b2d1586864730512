using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Cuts time into slices, the longest pieces that no window boundary divides, and tells which windows hold one.</summary>
/// <remarks>All times in milliseconds; a window [start, end) fires when the watermark reaches end − 1.</remarks>
internal readonly struct WindowMath(WindowSpec spec)
{
    /// <summary>Gets the length of a slice.</summary>
    public long SliceMs { get; } = spec.Kind switch
    {
        WindowKind.Tumble => spec.SizeMs,
        WindowKind.Cumulate => spec.SlideMs,
        WindowKind.Attached => 1,
        _ => GreatestDivisor(spec.SizeMs, spec.SlideMs),
    };

    /// <summary>Gets whether times are ends of windows that were assigned before: each end is a slice of its own.</summary>
    public bool IsAttached => spec.Kind == WindowKind.Attached;

    /// <summary>Returns the start of the slice that holds <paramref name="timeMs"/>.</summary>
    public long SliceOf(long timeMs) => spec.Kind == WindowKind.Attached ? timeMs - 1 : Floor(timeMs, SliceMs);

    /// <summary>Returns the end of the last window that holds a slice; not above the slice when no window does.</summary>
    public long LastEnd(long sliceStart) => spec.Kind switch
    {
        WindowKind.Tumble => sliceStart + spec.SizeMs,
        WindowKind.Attached => sliceStart + 1,
        WindowKind.Cumulate => Floor(sliceStart, spec.SizeMs) + spec.SizeMs,
        _ => Floor(sliceStart, spec.SlideMs) + spec.SizeMs,
    };

    /// <summary>Returns the first end above <paramref name="firedMs"/> + 1 of a window that holds a slice, or null.</summary>
    public long? NextEnd(long sliceStart, long firedMs)
    {
        long last = LastEnd(sliceStart);
        if (firedMs >= last - 1)
        {
            return null;
        }

        long first = sliceStart + SliceMs;
        long least = firedMs < first - 1 ? first : firedMs + 2;
        long end = spec.Kind switch
        {
            WindowKind.Tumble or WindowKind.Attached => last,
            WindowKind.Cumulate => Ceiling(least, spec.SlideMs, spec.OffsetMs),
            _ => Ceiling(least, spec.SlideMs, spec.OffsetMs + spec.SizeMs),
        };
        return end >= least && end <= last ? end : null;
    }

    /// <summary>Returns the start of the window that ends at <paramref name="endMs"/>.</summary>
    public long StartOf(long endMs) => spec.Kind switch
        {
            WindowKind.Cumulate => Floor(endMs - 1, spec.SizeMs),
            WindowKind.Attached => endMs - 1,
            _ => endMs - spec.SizeMs,
        };

    /// <summary>Returns how many units of <paramref name="type"/> make a millisecond.</summary>
    public static long UnitsPerMs(DataType type) => type.Unit switch
    {
        TimeUnit.Second => throw new NotSupportedException("Rowtime in seconds."),
        TimeUnit.Millisecond => 1,
        TimeUnit.Microsecond => 1000,
        _ => 1_000_000,
    };

    /// <summary>Divides and rounds down.</summary>
    public static long FloorDivide(long value, long divisor)
    {
        long quotient = value / divisor;
        return (value % divisor) < 0 ? quotient - 1 : quotient;
    }

    private static long GreatestDivisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    private static long Ceiling(long value, long step, long offset) =>
        -(FloorDivide(-(value - offset), step) * step) + offset;

    private long Floor(long timeMs, long step) => (FloorDivide(timeMs - spec.OffsetMs, step) * step) + spec.OffsetMs;
}
