namespace ColumnStream.Engine.Operators;

/// <summary>Says what becomes of a left row by whether the right side has a row for it.</summary>
public enum SemiJoinKind : byte
{
    /// <summary>Passes rows for which it is true.</summary>
    Semi,

    /// <summary>Passes rows for which it is false; not those for which it is unknown.</summary>
    Anti,

    /// <summary>Passes all rows with the answer as a last BOOLEAN column.</summary>
    Mark,
}
