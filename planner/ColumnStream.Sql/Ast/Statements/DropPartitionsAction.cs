namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>DROP [IF EXISTS] PARTITION (...), PARTITION (...)</c>.</summary>
public sealed record DropPartitionsAction(EquatableArray<PartitionDefinition> Partitions, bool IfExists) : AlterAction;
