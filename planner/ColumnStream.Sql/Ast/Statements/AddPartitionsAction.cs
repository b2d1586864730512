namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>ADD [IF NOT EXISTS] PARTITION (...) [WITH (...)] PARTITION ...</c>.</summary>
public sealed record AddPartitionsAction(EquatableArray<PartitionDefinition> Partitions, bool IfNotExists) : AlterAction;
