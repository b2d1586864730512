using System.Linq;
using ColumnStream.Planner.Binding;

namespace ColumnStream.Planner.Logical;

/// <summary>Finds out which columns of a plan are bounds of the window that its rows are in.</summary>
internal static class WindowLineage
{
    /// <summary>Tells what a column is to a window below; nothing where the rows are no longer those of windows.</summary>
    public static WindowRole RoleOf(LogicalPlan plan, int column) => WindowBounds.Of(plan) switch
    {
        { } bounds when bounds.Starts.Contains(column) => WindowRole.Start,
        { } bounds when bounds.Ends.Contains(column) => WindowRole.End,
        { } bounds when bounds.Times.Contains(column) => WindowRole.Time,
        _ => WindowRole.None,
    };
}
