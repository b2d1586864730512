using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Engine.Plan;

/// <summary>Describes one step as plain data under a frozen wire name and version; inputs are named by id.</summary>
public abstract record PhysicalNode
{
    /// <summary>Gets the node's number inside its plan; inputs have lower ones.</summary>
    public required int Id { get; init; }

    /// <summary>Gets the ids of the inputs, in order.</summary>
    public ValueList<int> Inputs { get; init; }

    /// <summary>Gets the columns that leave this node.</summary>
    public required ValueList<SqlField> Output { get; init; }

    /// <summary>Gets the identity of the node's state across plan changes.</summary>
    public required string Uid { get; init; }

    /// <summary>Gets the row kinds that leave this node.</summary>
    public ChangelogMode Changelog { get; init; }

    /// <summary>Gets the columns that identify a row of the output, or none.</summary>
    public ValueList<int> UpsertKey { get; init; }

    /// <summary>Returns the column layouts that leave this node.</summary>
    public Schema OutputSchema()
    {
        var fields = new Field[Output.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(Output[i].Name, Output[i].Type.ToArrow(), Output[i].Type.Nullable);
        }

        return new Schema(fields);
    }

    /// <summary>Prints what the node does, without inputs, for EXPLAIN: <c>filter $2 &gt; 5</c>.</summary>
    public abstract string Describe();

    /// <summary>Returns the node that says what this one's rows and state mean: itself, unless it stands for another.</summary>
    protected internal virtual PhysicalNode Meant() => this;

    /// <summary>Makes the operator that runs this node; sources, sinks and exchanges have none.</summary>
    protected internal virtual Operator? CreateOperator() => null;
}
