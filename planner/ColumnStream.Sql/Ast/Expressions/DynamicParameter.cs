namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a <c>?</c>, numbered from 0 in the order of the statement.</summary>
public sealed record DynamicParameter(int Index) : Expression;
