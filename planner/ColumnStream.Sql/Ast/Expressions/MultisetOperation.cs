using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Joins two multisets: <c>a MULTISET UNION [ALL | DISTINCT] b</c>; DISTINCT is meant when neither is written.</summary>
public sealed record MultisetOperation(Expression Left, SetOperator Operator, bool IsAll, Expression Right) : Expression;
