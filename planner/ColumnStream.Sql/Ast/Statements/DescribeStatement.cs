namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Shows an object of a catalog; of a table or view, its columns.</summary>
public sealed record DescribeStatement(QualifiedName Name, bool IsExtended, ObjectKind Kind = ObjectKind.Table) : Statement;
