using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Appends window_start, window_end and window_time to each row, once a window that holds it.</summary>
/// <param name="Window">The windows.</param>
[PlanNode("window-assign", version: 1)]
public sealed record WindowAssignNode(WindowSpec Window) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"window assign {Window}";
}
