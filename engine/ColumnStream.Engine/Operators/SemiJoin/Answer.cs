namespace ColumnStream.Engine.Operators.SemiJoin;

/// <summary>Is an answer of three-valued logic.</summary>
internal enum Answer : byte
{
    False,
    True,
    Unknown,
}
