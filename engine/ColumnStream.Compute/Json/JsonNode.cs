namespace ColumnStream.Compute.Json;

/// <summary>Is one node of a document: where its text stands, and which node comes behind it and all it holds.</summary>
internal struct JsonNode
{
    public JsonKind Kind;

    /// <summary>Whether a string or name has escapes.</summary>
    public bool IsEscaped;

    /// <summary>First byte; of strings and names the first behind the quote.</summary>
    public int Start;

    /// <summary>Bytes of the text, quotes excluded; 0 for arrays and objects.</summary>
    public int Length;

    /// <summary>Index of the first node that is no part of this one.</summary>
    public int End;

    /// <summary>Gets whether it is neither an array nor an object.</summary>
    public readonly bool IsScalar => Kind < JsonKind.Array;

    public readonly bool IsNumber => Kind is JsonKind.Integer or JsonKind.Decimal;
}
