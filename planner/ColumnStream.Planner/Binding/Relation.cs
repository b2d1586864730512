using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding;

/// <summary>Is a bound query or table: its plan and the names of its columns.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Columns">One a column of the plan.</param>
/// <param name="IsBroken">Whether something was wrong: names that are not found are then not reported.</param>
internal sealed record Relation(LogicalPlan Plan, IReadOnlyList<ScopeColumn> Columns, bool IsBroken = false)
{
    /// <summary>
    /// Gets the columns that <c>*</c> gives, in its order, and that are found without an alias; null for all. USING and NATURAL
    /// show one column for two.
    /// </summary>
    public IReadOnlyList<int>? Shown { get; init; }

    /// <summary>Gets what queries in expressions over this relation see beside it; null where none may stand.</summary>
    public QueryScope? Scope { get; init; }

    /// <summary>Gets the columns that <c>*</c> gives.</summary>
    public IEnumerable<int> ShownColumns => Shown ?? Enumerable.Range(0, Columns.Count);

    /// <summary>Gets a relation that stands for one that was reported.</summary>
    public static Relation Broken { get; } = new(new ValuesPlan(default, default), [], IsBroken: true);

    /// <summary>Makes the fields of a plan from scope columns.</summary>
    public static ValueList<SqlField> FieldsOf(IEnumerable<ScopeColumn> columns) =>
        ValueList.From(columns.Select(column => new SqlField(column.Name, column.Type)));

    /// <summary>Returns this relation under an alias.</summary>
    public Relation WithQualifier(string? qualifier) =>
        this with { Columns = [.. Columns.Select(column => column with { Qualifier = qualifier })] };
}
