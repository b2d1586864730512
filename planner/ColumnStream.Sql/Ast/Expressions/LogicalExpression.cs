namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Joins two or more conditions by AND or by OR, in one flat list however long.</summary>
public sealed record LogicalExpression(LogicalOperator Operator, EquatableArray<Expression> Operands) : Expression;
