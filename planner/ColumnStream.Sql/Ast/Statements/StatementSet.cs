namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Runs several INSERTs as one job; both spellings of Flink give this node.</summary>
public sealed record StatementSet(EquatableArray<InsertStatement> Inserts) : Statement;
