namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>COMMENT 'text'</c>, of a catalog.</summary>
public sealed record SetCommentAction(string Comment) : AlterAction;
