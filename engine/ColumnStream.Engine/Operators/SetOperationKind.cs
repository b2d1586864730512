namespace ColumnStream.Engine.Operators;

/// <summary>Names what becomes of rows that stand on two sides.</summary>
public enum SetOperationKind : byte
{
    /// <summary>Keeps what stands on both sides.</summary>
    Intersect,

    /// <summary>Keeps what stands on the left side and not on the right one.</summary>
    Except,
}
