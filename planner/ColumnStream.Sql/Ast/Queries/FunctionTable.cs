using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is a table function in FROM, window functions among them, with or without TABLE(...) around it.</summary>
public sealed record FunctionTable(FunctionCall Call, TableAlias? Alias = null, bool IsLateral = false)
    : TableReference;
