using System.Collections.Generic;

namespace ColumnStream.Testing.Queries;

/// <summary>Is a generated query with what its user must know.</summary>
/// <param name="Query">The text, without parentheses.</param>
/// <param name="Columns">Its columns, unqualified.</param>
/// <param name="IsUpdating">Whether its changelog may hold more than inserts.</param>
/// <param name="Rows">About how many rows it has.</param>
public sealed record Relation(QueryNode Query, IReadOnlyList<QueryColumn> Columns, bool IsUpdating, double Rows);
