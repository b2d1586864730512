namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is one change of ALTER.</summary>
public abstract record AlterAction : SqlNode;
