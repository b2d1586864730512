namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Says what making JSON does with NULL values.</summary>
public enum JsonNullHandling
{
    /// <summary>Leaves it to the function: objects keep them, arrays leave them out.</summary>
    Default,

    /// <summary>Is <c>NULL ON NULL</c>.</summary>
    Null,

    /// <summary>Is <c>ABSENT ON NULL</c>.</summary>
    Absent,
}
