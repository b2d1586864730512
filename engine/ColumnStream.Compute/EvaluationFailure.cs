namespace ColumnStream.Compute;

/// <summary>Names why an expression failed, as far as errors differ.</summary>
public enum EvaluationFailure : byte
{
    /// <summary>A value that the operation has no result for: a bad cast, a zero divisor.</summary>
    Value,

    /// <summary>A text longer than one value may be.</summary>
    TextLength,
}
