namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>SET ('key' = 'value', ...)</c>.</summary>
public sealed record SetOptionsAction(EquatableArray<TableOption> Options) : AlterAction;
