namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Says what CREATE does with a table that is there already.</summary>
public enum CreateMode
{
    /// <summary>Is <c>CREATE</c>.</summary>
    Create,

    /// <summary>Is <c>CREATE OR REPLACE</c>.</summary>
    CreateOrReplace,

    /// <summary>Is <c>REPLACE</c>.</summary>
    Replace,
}
