using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Makes a collection of the rows of a query: <c>ARRAY(SELECT ...)</c>.</summary>
public sealed record CollectionQuery(CollectionKind Kind, Query Query) : Expression;
