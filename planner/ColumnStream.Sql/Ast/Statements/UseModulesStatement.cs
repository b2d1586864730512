namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Chooses the modules in use and their order.</summary>
public sealed record UseModulesStatement(EquatableArray<Identifier> Names) : Statement;
