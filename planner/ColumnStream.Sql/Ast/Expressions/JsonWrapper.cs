namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Says whether JSON_QUERY puts its result into an array; the word ARRAY means nothing and is left out.</summary>
public enum JsonWrapper
{
    /// <summary>Leaves it to the function, which does not.</summary>
    Default,

    /// <summary>Is <c>WITHOUT [ARRAY] WRAPPER</c>.</summary>
    Without,

    /// <summary>Is <c>WITH [UNCONDITIONAL] [ARRAY] WRAPPER</c>.</summary>
    WithUnconditional,

    /// <summary>Is <c>WITH CONDITIONAL [ARRAY] WRAPPER</c>.</summary>
    WithConditional,
}
