namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is <c>*</c>, or <c>t.*</c> with a qualifier.</summary>
public sealed record StarItem(QualifiedName? Qualifier) : SelectItem;
