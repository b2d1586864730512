namespace ColumnStream.Planner.Binding;

/// <summary>Is what queries inside the expressions over a relation are bound with.</summary>
/// <param name="Context">The context of the query that the expressions stand in.</param>
/// <param name="Common">The common tables in sight.</param>
internal sealed record QueryScope(BindingContext Context, CommonTables? Common);
