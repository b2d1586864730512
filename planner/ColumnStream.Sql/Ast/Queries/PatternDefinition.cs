using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one <c>variable AS condition</c> of DEFINE.</summary>
public sealed record PatternDefinition(Identifier Variable, Expression Condition) : SqlNode;
