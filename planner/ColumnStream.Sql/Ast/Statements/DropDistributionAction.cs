namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>DROP DISTRIBUTION</c>.</summary>
public sealed record DropDistributionAction : AlterAction;
