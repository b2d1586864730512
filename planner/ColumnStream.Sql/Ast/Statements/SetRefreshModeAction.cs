namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>SET REFRESH_MODE = ...</c>, of a materialized table.</summary>
public sealed record SetRefreshModeAction(RefreshMode Mode) : AlterAction;
