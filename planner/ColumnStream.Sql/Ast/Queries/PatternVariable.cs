namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one row for which the condition of a variable holds.</summary>
public sealed record PatternVariable(Identifier Name) : RowPattern;
