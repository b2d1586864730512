namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a character string with its escapes resolved.</summary>
public sealed record StringLiteral(string Value) : Expression;
