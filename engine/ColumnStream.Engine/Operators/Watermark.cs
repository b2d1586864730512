using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Emits watermarks behind the rows; the input's column is the rowtime.</summary>
/// <param name="TimeColumn">Rowtime column.</param>
/// <param name="Expression">The watermark of a row, a TIMESTAMP or TIMESTAMP_LTZ; NULL gives none.</param>
/// <param name="Strategy">When watermarks rise.</param>
/// <param name="IdleTimeoutMs">Silence after which the input is idle, or 0 for never.</param>
[PlanNode("watermark", version: 1)]
public sealed record WatermarkNode(int TimeColumn, BoundExpression Expression, WatermarkStrategy Strategy, long IdleTimeoutMs) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => $"watermark ${TimeColumn} {Expression} {Strategy}";
}
