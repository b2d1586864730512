namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is <c>FINAL f(x)</c> or <c>RUNNING f(x)</c> in MATCH_RECOGNIZE.</summary>
public sealed record MatchSemanticsExpression(FunctionCall Call, bool IsFinal) : Expression;
