using System.Collections.Generic;

namespace ColumnStream.Testing.Queries;

/// <summary>Is something that stands behind FROM.</summary>
/// <param name="Text">The text with its alias.</param>
/// <param name="Columns">The columns, qualified.</param>
/// <param name="IsUpdating">Whether its changelog may hold more than inserts.</param>
/// <param name="Rows">About how many rows it has.</param>
public sealed record QuerySource(QueryNode Text, IReadOnlyList<QueryColumn> Columns, bool IsUpdating, double Rows);
