namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one <c>name = (A, B)</c> of SUBSET.</summary>
public sealed record PatternSubset(Identifier Name, EquatableArray<Identifier> Variables) : SqlNode;
