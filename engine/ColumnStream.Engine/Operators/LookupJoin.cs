using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Operators.LookupJoin;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Joins each row with the rows of a table that have its key when it comes; columns are the input's, then the table's.</summary>
/// <param name="Type">Inner or left.</param>
/// <param name="Table">The table that is looked up, which is no input.</param>
/// <param name="Projection">The columns that are read of it, as indices into its columns.</param>
/// <param name="LeftKeys">Key columns of the input.</param>
/// <param name="RightKeys">Key columns among <see cref="Right"/>, of the same types.</param>
/// <param name="Residual">What else must hold, over the input's columns, then <see cref="Right"/>; null for nothing.</param>
[PlanNode("lookup-join", version: 1)]
public sealed record LookupJoinNode(
    JoinType Type,
    TableSpec Table,
    ValueList<int> Projection,
    ValueList<int> LeftKeys,
    ValueList<int> RightKeys,
    BoundExpression? Residual) : PhysicalNode
{
    /// <summary>Gets the columns that the table gives.</summary>
    public required ValueList<SqlField> Right { get; init; }

    /// <summary>Gets how <see cref="Right"/> is computed of the columns that are read; none where it is those.</summary>
    public ValueList<BoundExpression> Computed { get; init; }

    /// <summary>Gets the constants of a key: a left key of −1 is the first of them.</summary>
    public ValueList<LiteralExpression> Constants { get; init; }

    /// <summary>Gets which rows of the table count, over the columns that are read; null for all.</summary>
    public BoundExpression? Filter { get; init; }

    /// <summary>Gets which of the columns come out, in their order; none means all.</summary>
    public ValueList<int> Columns { get; init; }

    /// <summary>Gets the table's options.</summary>
    public required LookupOptions Options { get; init; }

    /// <summary>Gets how the table is asked.</summary>
    public required LookupPolicy Policy { get; init; }

    /// <summary>Gets whether rows leave in the order in which they came.</summary>
    public bool IsOrdered { get; init; } = true;

    /// <summary>Gets whether a key has one row at most, as the table's primary key says.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Gets the input's columns that decide where rows in flight are restored; none where they may come back anywhere.</summary>
    public ValueList<int> Partition { get; init; }

    /// <summary>Gets whether changes of the input leave as changes by key, for whoever keeps the rows: −U are dropped.</summary>
    public bool GivesUpserts { get; init; }

    /// <inheritdoc/>
    public override string Describe()
    {
        string keys = string.Empty;
        for (int i = 0; i < LeftKeys.Count; i++)
        {
            keys += $"{(i == 0 ? null : ", ")}{Right[RightKeys[i]].Name} = "
                + (LeftKeys[i] < 0 ? $"{Constants[-1 - LeftKeys[i]]}" : $"${LeftKeys[i]}");
        }

        string how = Options.Cache switch
        {
            LookupCache.Full => Options.ReloadMs == 0 ? "full"
                : string.Create(CultureInfo.InvariantCulture, $"full, read every {Options.ReloadMs} ms"),
            LookupCache.Partial => string.Create(CultureInfo.InvariantCulture, $"partial, {Options.MaxRows} rows"),
            _ => "none",
        };
        string order = Options.Cache == LookupCache.Full ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $" {(IsOrdered ? "ordered" : "unordered")} {Policy.Capacity} at once");
        return $"{Type.ToString().ToLowerInvariant()} lookup join {Table.Name} ({Table.Connector}) [{keys}]"
            + $"{(Filter is null ? null : $" of {Filter}")}{(Residual is null ? null : $" where {Residual}")}"
            + $" cache {how}{order}{(GivesUpserts ? " upserts" : null)}"
            + $"{(Columns.Count > 0 ? $" gives [{string.Join(", ", Columns)}]" : null)}";
    }

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new LookupJoinOperator(this);
}
