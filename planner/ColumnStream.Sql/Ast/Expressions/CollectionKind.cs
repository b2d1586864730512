namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names a kind of collection.</summary>
public enum CollectionKind
{
    /// <summary>Is <c>ARRAY</c>.</summary>
    Array,

    /// <summary>Is <c>MAP</c>.</summary>
    Map,

    /// <summary>Is <c>MULTISET</c>.</summary>
    Multiset,
}
