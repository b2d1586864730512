namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is a pattern whose rows are left out of the output: <c>{- A -}</c>.</summary>
public sealed record PatternExclusion(RowPattern Inner) : RowPattern;
