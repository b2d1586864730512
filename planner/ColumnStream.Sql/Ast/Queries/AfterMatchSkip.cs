namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is <c>AFTER MATCH SKIP ...</c>; the variable is null where the kind needs none.</summary>
public sealed record AfterMatchSkip(SkipKind Kind, Identifier? Variable = null) : SqlNode;
