using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Plan;

/// <summary>Marks where data changes hands between fragments.</summary>
/// <param name="Partitioning">How rows map to channels.</param>
/// <param name="Keys">Key columns of a hash exchange, in the order in which they are hashed.</param>
[PlanNode("exchange", version: 1)]
public sealed record ExchangeNode(Partitioning Partitioning, ValueList<int> Keys) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => Partitioning == Partitioning.Hash
        ? $"exchange hash[{string.Join(", ", Keys)}]"
        : $"exchange {Partitioning.ToString().ToLowerInvariant()}";
}
