using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one <c>name AS (...)</c> of a WINDOW clause.</summary>
public sealed record NamedWindow(Identifier Name, WindowSpecification Window) : SqlNode;
