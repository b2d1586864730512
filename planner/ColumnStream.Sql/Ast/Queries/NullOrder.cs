namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Says where NULLs stand in an order.</summary>
public enum NullOrder
{
    /// <summary>Leaves it to the dialect: NULLs are the smallest.</summary>
    Default,

    /// <summary>Is <c>NULLS FIRST</c>.</summary>
    First,

    /// <summary>Is <c>NULLS LAST</c>.</summary>
    Last,
}
