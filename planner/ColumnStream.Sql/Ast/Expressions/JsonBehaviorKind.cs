namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names what a JSON function gives in place of a value.</summary>
public enum JsonBehaviorKind
{
    /// <summary>Is <c>NULL</c>.</summary>
    Null,

    /// <summary>Is <c>ERROR</c>: the statement fails.</summary>
    Error,

    /// <summary>Is <c>DEFAULT expression</c>.</summary>
    Default,

    /// <summary>Is <c>EMPTY ARRAY</c>.</summary>
    EmptyArray,

    /// <summary>Is <c>EMPTY OBJECT</c>.</summary>
    EmptyObject,

    /// <summary>Is <c>TRUE</c>, of JSON_EXISTS.</summary>
    True,

    /// <summary>Is <c>FALSE</c>, of JSON_EXISTS.</summary>
    False,

    /// <summary>Is <c>UNKNOWN</c>, of JSON_EXISTS.</summary>
    Unknown,
}
