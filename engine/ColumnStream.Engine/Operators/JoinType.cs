namespace ColumnStream.Engine.Operators;

/// <summary>Says which rows of two inputs a join gives.</summary>
public enum JoinType : byte
{
    /// <summary>Gives pairs that match.</summary>
    Inner,

    /// <summary>Gives pairs that match, and left rows without a match with NULLs for the right columns.</summary>
    Left,

    /// <summary>Gives pairs that match, and right rows without a match with NULLs for the left columns.</summary>
    Right,

    /// <summary>Gives pairs that match, and rows of both sides without a match with NULLs for the other columns.</summary>
    Full,

    /// <summary>Gives left rows that have a match, once, without right columns.</summary>
    Semi,

    /// <summary>Gives left rows that have no match, without right columns.</summary>
    Anti,
}
