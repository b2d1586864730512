namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>REFRESH [PARTITION (...)]</c>, of a materialized table.</summary>
public sealed record RefreshAction(EquatableArray<PartitionValue> Partition) : AlterAction;
