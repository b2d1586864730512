namespace ColumnStream.Planner.Functions;

/// <summary>Says where a function can be called.</summary>
public enum FunctionKind
{
    /// <summary>Anywhere, once a row.</summary>
    Scalar,

    /// <summary>Over the rows of a group, a window or OVER.</summary>
    Aggregate,

    /// <summary>With OVER only.</summary>
    Window,

    /// <summary>In FROM.</summary>
    Table,
}
