namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Shows the columns of a table or view.</summary>
public sealed record DescribeStatement(QualifiedName Name, bool IsExtended) : Statement;
