namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names a column of a query without a type, to put the columns of CREATE TABLE ... AS into another order.</summary>
public sealed record UntypedColumn(Identifier Name) : ColumnDefinition(Name, null);
