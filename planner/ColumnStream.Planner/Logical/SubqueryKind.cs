namespace ColumnStream.Planner.Logical;

/// <summary>Says what an expression asks of a query.</summary>
internal enum SubqueryKind : byte
{
    /// <summary>Its single value.</summary>
    Scalar,

    /// <summary>Whether it has a row.</summary>
    Exists,

    /// <summary>Whether one of its rows equals the operands.</summary>
    In,

    /// <summary>How the operand compares with all or any of its rows.</summary>
    Quantified,
}
