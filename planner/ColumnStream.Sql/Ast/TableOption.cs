using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast;

/// <summary>Is one <c>'key' = 'value'</c> pair of WITH or OPTIONS.</summary>
public sealed record TableOption(StringLiteral Key, StringLiteral Value) : SqlNode;
