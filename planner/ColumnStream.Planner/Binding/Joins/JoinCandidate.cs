using System.Collections.Generic;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Is a join with everything known that decides its kind.</summary>
/// <param name="Left">The finished left side: types, time attributes and window roles of its columns as they really are.</param>
/// <param name="Right">The finished right side.</param>
/// <param name="Type">Which rows it gives; an outer join whose missing rows WHERE drops is already an inner one.</param>
/// <param name="Conjuncts">
/// Conditions of ON, USING and, for inner joins, WHERE, over the left columns, then the right ones. Those over one side alone
/// are already filters of that side where that changes nothing.
/// </param>
/// <param name="SystemTime">The time of FOR SYSTEM_TIME AS OF over the left columns, or null.</param>
/// <param name="Columns">
/// The columns that the result must have in this order, nullable where a side may be missing; a result may change
/// time attributes, roles and notes.
/// </param>
/// <param name="Syntax">The join as written; its span is the place for messages.</param>
internal sealed record JoinCandidate(
    Relation Left,
    Relation Right,
    JoinType Type,
    IReadOnlyList<BoundExpression> Conjuncts,
    BoundExpression? SystemTime,
    IReadOnlyList<ScopeColumn> Columns,
    JoinTable Syntax)
{
    /// <summary>Gets how long the left side's state is kept by a hint, or −1.</summary>
    public long LeftTtlMs { get; init; } = -1;

    /// <summary>Gets how long the right side's state is kept by a hint, or −1.</summary>
    public long RightTtlMs { get; init; } = -1;

    /// <summary>Gets what a LOOKUP hint says of the right side, or null.</summary>
    public LookupHint? LookupHint { get; init; }

    /// <summary>Gets the join hint that names the left side, or null.</summary>
    public string? LeftHint { get; init; }

    /// <summary>Gets the join hint that names the right side, or null.</summary>
    public string? RightHint { get; init; }
}
