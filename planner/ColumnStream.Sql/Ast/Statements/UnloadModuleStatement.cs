namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Unloads a module.</summary>
public sealed record UnloadModuleStatement(Identifier Name) : Statement;
