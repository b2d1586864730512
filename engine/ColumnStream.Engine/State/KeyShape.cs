namespace ColumnStream.Engine.State;

/// <summary>Names the key layouts that have loops of their own.</summary>
internal enum KeyShape : byte
{
    /// <summary>One canonical word.</summary>
    Word,

    /// <summary>Two words without text.</summary>
    TwoWords,

    /// <summary>One text or bytes column.</summary>
    View,

    /// <summary>Anything else.</summary>
    General,
}
