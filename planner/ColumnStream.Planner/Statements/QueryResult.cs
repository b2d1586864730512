using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Planner.Statements;

/// <summary>Describes the rows of a SELECT.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Changelog">The row kinds that come.</param>
/// <param name="Key">Columns that identify a row when the result is updating; empty: the whole row.</param>
/// <param name="IsOrdered">Whether the rows come in the order of an ORDER BY.</param>
public sealed record QueryResult(
    ValueList<SqlField> Columns, ChangelogMode Changelog, ValueList<int> Key, bool IsOrdered);
