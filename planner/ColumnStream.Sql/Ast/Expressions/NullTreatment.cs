namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Says what an aggregate or window function does with NULLs.</summary>
public enum NullTreatment
{
    /// <summary>Leaves it to the function.</summary>
    Default,

    /// <summary>Is <c>RESPECT NULLS</c>.</summary>
    Respect,

    /// <summary>Is <c>IGNORE NULLS</c>.</summary>
    Ignore,
}
