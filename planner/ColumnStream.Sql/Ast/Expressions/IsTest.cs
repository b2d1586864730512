namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names what IS asks.</summary>
public enum IsTest
{
    /// <summary>Is <c>IS NULL</c>.</summary>
    Null,

    /// <summary>Is <c>IS TRUE</c>.</summary>
    True,

    /// <summary>Is <c>IS FALSE</c>.</summary>
    False,

    /// <summary>Is <c>IS UNKNOWN</c>.</summary>
    Unknown,

    /// <summary>Is <c>IS JSON VALUE</c>, or <c>IS JSON</c>.</summary>
    JsonValue,

    /// <summary>Is <c>IS JSON OBJECT</c>.</summary>
    JsonObject,

    /// <summary>Is <c>IS JSON ARRAY</c>.</summary>
    JsonArray,

    /// <summary>Is <c>IS JSON SCALAR</c>.</summary>
    JsonScalar,

    /// <summary>Is <c>IS A SET</c>.</summary>
    Set,

    /// <summary>Is <c>IS EMPTY</c>.</summary>
    Empty,
}
