namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is <c>TABLE t</c>: all rows of a table.</summary>
public sealed record TableBody(QualifiedName Name) : QueryBody;
