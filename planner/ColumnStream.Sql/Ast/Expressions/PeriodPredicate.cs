namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names a comparison of periods.</summary>
public enum PeriodPredicate
{
    /// <summary>Is <c>OVERLAPS</c>.</summary>
    Overlaps,

    /// <summary>Is <c>CONTAINS</c>.</summary>
    Contains,

    /// <summary>Is <c>EQUALS</c>.</summary>
    EqualTo,

    /// <summary>Is <c>PRECEDES</c>.</summary>
    Precedes,

    /// <summary>Is <c>SUCCEEDS</c>.</summary>
    Succeeds,

    /// <summary>Is <c>IMMEDIATELY PRECEDES</c>.</summary>
    ImmediatelyPrecedes,

    /// <summary>Is <c>IMMEDIATELY SUCCEEDS</c>.</summary>
    ImmediatelySucceeds,
}
