using System.Linq;
using ColumnStream.Planner.Binding;

namespace ColumnStream.Planner.Logical;

/// <summary>Finds out which columns of a plan are bounds of the window that its rows are in.</summary>
internal static class WindowLineage
{
    /// <summary>
    /// Tells what a column is to a window below; nothing where the rows are no longer those of windows, or where the windows
    /// do not end when the watermark reaches their end: local time and processing time.
    /// </summary>
    public static WindowRole RoleOf(LogicalPlan plan, int column) => WindowBounds.Of(plan) switch
    {
        { Window.IsLocal: true } or { Window.IsProctime: true } => WindowRole.None,
        { } bounds when bounds.Starts.Contains(column) => WindowRole.Start,
        { } bounds when bounds.Ends.Contains(column) => WindowRole.End,
        { } bounds when bounds.Times.Contains(column) => WindowRole.Time,
        _ => WindowRole.None,
    };
}
