namespace ColumnStream.Compute.Expressions;

/// <summary>Says what an aggregate or window function does with NULLs.</summary>
public enum NullRule : byte
{
    /// <summary>What the function does by itself.</summary>
    Default,

    /// <summary>Leaves them out: IGNORE NULLS, ABSENT ON NULL.</summary>
    Ignore,

    /// <summary>Takes them: RESPECT NULLS, NULL ON NULL.</summary>
    Respect,
}
