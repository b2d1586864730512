using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Operators;

/// <summary>States how time is cut into windows; all times in milliseconds.</summary>
/// <param name="Kind">Which cut.</param>
/// <param name="TimeColumn">Time column of the input; the window's end for windows that are attached.</param>
/// <param name="SizeMs">Length of a window; the longest one for CUMULATE, the gap for SESSION.</param>
/// <param name="SlideMs">Slide of HOP, step of CUMULATE, equal to the size for TUMBLE.</param>
/// <param name="OffsetMs">Shift of all boundaries from 1970-01-01.</param>
public sealed record WindowSpec(WindowKind Kind, int TimeColumn, long SizeMs, long SlideMs, long OffsetMs)
{
    /// <summary>Gets the columns of the input that sessions are kept by; empty for other kinds.</summary>
    public ValueList<int> Partition { get; init; }

    /// <summary>Gets whether rows have the time at which they arrive, and windows end by the clock.</summary>
    public bool IsProctime { get; init; }

    /// <summary>Gets whether the time column and the bounds are local time of the session's zone: watermarks are instants.</summary>
    public bool IsLocal { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string time = IsProctime ? "proctime" : $"${TimeColumn}";
        string more = OffsetMs == 0 ? string.Empty : $", offset {OffsetMs} ms";
        more += IsLocal ? ", local" : string.Empty;
        return Kind switch
        {
            WindowKind.Tumble => $"tumble({time}, {SizeMs} ms{more})",
            WindowKind.Session => $"session({time} by [{string.Join(", ", Partition)}], {SizeMs} ms{more})",
            WindowKind.Attached => $"attached({time}{more})",
            _ => $"{Kind.ToString().ToLowerInvariant()}({time}, {SlideMs} ms, {SizeMs} ms{more})",
        };
    }
}
