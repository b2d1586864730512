namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Loads a module of functions.</summary>
public sealed record LoadModuleStatement(Identifier Name, EquatableArray<TableOption> Options) : Statement;
