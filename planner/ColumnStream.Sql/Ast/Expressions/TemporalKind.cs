namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names the type of a temporal literal.</summary>
public enum TemporalKind
{
    /// <summary>Is <c>DATE '...'</c>.</summary>
    Date,

    /// <summary>Is <c>TIME '...'</c>.</summary>
    Time,

    /// <summary>Is <c>TIMESTAMP '...'</c>.</summary>
    Timestamp,

    /// <summary>Is <c>TIMESTAMP WITH LOCAL TIME ZONE '...'</c>.</summary>
    TimestampLtz,
}
