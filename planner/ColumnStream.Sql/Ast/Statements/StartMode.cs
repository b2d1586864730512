using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Says where a materialized table begins to read.</summary>
/// <param name="Kind">The word, such as FROM_NOW, in capitals.</param>
/// <param name="Value">The interval or timestamp in parentheses, or null.</param>
public sealed record StartMode(Identifier Kind, Expression? Value = null) : SqlNode;
