using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Fixes one partition column to a literal; the value is null where only the column is named.</summary>
public sealed record PartitionValue(Identifier Column, Expression? Value) : SqlNode;
