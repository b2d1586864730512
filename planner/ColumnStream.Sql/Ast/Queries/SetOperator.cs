namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Names a set operation.</summary>
public enum SetOperator
{
    /// <summary>Is <c>UNION</c>.</summary>
    Union,

    /// <summary>Is <c>INTERSECT</c>, which binds tighter than the others.</summary>
    Intersect,

    /// <summary>Is <c>EXCEPT</c> or MINUS.</summary>
    Except,
}
