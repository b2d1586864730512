namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is the character set of CONVERT(x USING name) and TRANSLATE(x USING name), as their second argument.</summary>
public sealed record CharacterSetArgument(QualifiedName Name) : Expression;
