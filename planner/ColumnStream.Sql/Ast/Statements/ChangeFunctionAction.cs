using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>AS 'class' [LANGUAGE name]</c>, of a function.</summary>
public sealed record ChangeFunctionAction(StringLiteral ClassName, Identifier? Language) : AlterAction;
