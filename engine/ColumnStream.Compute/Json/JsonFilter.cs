namespace ColumnStream.Compute.Json;

/// <summary>Is a condition of a path over the value at hand.</summary>
internal abstract record JsonFilter
{
    /// <summary>Is true when all, or any, of two conditions are.</summary>
    internal sealed record Both(JsonFilter Left, JsonFilter Right, bool IsAnd) : JsonFilter;

    /// <summary>Is true when the condition is not.</summary>
    internal sealed record Not(JsonFilter Inner) : JsonFilter;

    /// <summary>Is true when a path finds something.</summary>
    internal sealed record Exists(JsonOperand Path) : JsonFilter;

    /// <summary>Compares two values: <c>==</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>.</summary>
    internal sealed record Compare(JsonOperand Left, string Operator, JsonOperand Right) : JsonFilter;

    /// <summary>Is true when a value is, or is not, one of a list: <c>in</c>, <c>nin</c>.</summary>
    internal sealed record Member(JsonOperand Left, JsonOperand[] Values, bool IsNegated) : JsonFilter;
}
