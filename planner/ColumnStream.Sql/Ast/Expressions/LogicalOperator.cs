namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names AND or OR.</summary>
public enum LogicalOperator
{
    /// <summary>Is <c>AND</c>.</summary>
    And,

    /// <summary>Is <c>OR</c>.</summary>
    Or,
}
