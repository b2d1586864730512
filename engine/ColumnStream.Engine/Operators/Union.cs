using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Passes on the rows of all inputs, which have equal column types.</summary>
[PlanNode("union", version: 1)]
public sealed record UnionNode : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() => "union all";

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new UnionOperator(this);
}

/// <summary>Gives every batch the union's own column names.</summary>
internal sealed class UnionOperator(UnionNode node) : Operator
{
    private readonly Arrow.Types.Schema _schema = node.OutputSchema();

    public override void Open(OperatorContext context)
    {
    }

    public override void Process(int input, StreamBatch batch, Collector output) =>
        output.Emit(batch.WithSchema(_schema));
}
