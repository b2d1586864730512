namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names what is dropped.</summary>
public enum DropKind
{
    /// <summary>Is <c>DROP TABLE</c>.</summary>
    Table,

    /// <summary>Is <c>DROP VIEW</c>.</summary>
    View,
}
