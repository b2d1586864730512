namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>PARTITION (a = 1, ...) [WITH (...)]</c>.</summary>
public sealed record PartitionDefinition(
    EquatableArray<PartitionValue> Values,
    EquatableArray<TableOption> Options = default) : SqlNode;
