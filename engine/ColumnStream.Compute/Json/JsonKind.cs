namespace ColumnStream.Compute.Json;

/// <summary>Names what a node of a document is.</summary>
internal enum JsonKind : byte
{
    Null,
    True,
    False,

    /// <summary>A number without fraction and exponent.</summary>
    Integer,

    /// <summary>A number with a fraction or an exponent.</summary>
    Decimal,
    String,

    /// <summary>The name of a member; its value is the next node.</summary>
    Name,
    Array,
    Object,
}
