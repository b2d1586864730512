using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is <c>VALUES (1, 2), (3, 4)</c>; a bare value is a row of one.</summary>
public sealed record ValuesBody(EquatableArray<RowConstructor> Rows) : QueryBody;
