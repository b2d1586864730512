using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Makes operators from plan nodes: the only door.</summary>
public static class OperatorFactory
{
    /// <summary>Makes the operator of <paramref name="node"/>, or null for sources, sinks and exchanges.</summary>
    public static Operator? Create(PhysicalNode node) => node.CreateOperator();
}
