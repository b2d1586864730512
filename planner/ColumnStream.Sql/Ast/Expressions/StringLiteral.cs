namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a character string with its escapes resolved.</summary>
/// <param name="Value">The text; strings side by side have become one.</param>
/// <param name="CharacterSet">The name in front, as in <c>_UTF16'a'</c>, without the underscore and in capitals, or null.</param>
public sealed record StringLiteral(string Value, string? CharacterSet = null) : Expression;
