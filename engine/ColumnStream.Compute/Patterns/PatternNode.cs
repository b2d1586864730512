using System.Collections.Generic;

namespace ColumnStream.Compute.Patterns;

/// <summary>Is a part of a parsed pattern.</summary>
internal abstract record PatternNode;

/// <summary>Matches one code point of a set.</summary>
internal sealed record SetNode(CodePointSet Set) : PatternNode;

/// <summary>Matches parts one behind the other; none is the empty text.</summary>
internal sealed record SequenceNode(List<PatternNode> Parts) : PatternNode;

/// <summary>Matches the first of several that lets the rest match.</summary>
internal sealed record ChoiceNode(List<PatternNode> Choices) : PatternNode;

/// <summary>Matches its body and remembers what it matched under a number.</summary>
internal sealed record CaptureNode(PatternNode Body, int Number) : PatternNode;

/// <summary>Matches nothing where its body matches ahead or behind, or does not.</summary>
internal sealed record LookNode(PatternNode Body, bool Behind, bool Negative) : PatternNode;

/// <summary>Matches its body in the first way it can, once and for all.</summary>
internal sealed record AtomicNode(PatternNode Body) : PatternNode;

/// <summary>Matches its body several times.</summary>
/// <param name="Body">What is repeated.</param>
/// <param name="Least">Least times.</param>
/// <param name="Most">Most times, or -1 for any number.</param>
/// <param name="Kind">As many as possible, as few, or as many with no way back.</param>
internal sealed record RepeatNode(PatternNode Body, int Least, int Most, RepeatKind Kind) : PatternNode;

/// <summary>Matches what a group matched.</summary>
internal sealed record BackReferenceNode(int Group, bool IgnoreCase) : PatternNode;

/// <summary>Matches nothing at certain places.</summary>
internal sealed record AnchorNode(Anchor Anchor) : PatternNode;

/// <summary>Names how often a part is tried to repeat.</summary>
internal enum RepeatKind : byte
{
    /// <summary>As often as possible.</summary>
    Greedy,

    /// <summary>As seldom as possible.</summary>
    Lazy,

    /// <summary>As often as possible, with no way back.</summary>
    Possessive,
}

/// <summary>Names places in a text.</summary>
internal enum Anchor : byte
{
    /// <summary>The beginning of the text.</summary>
    Begin,

    /// <summary>The end of the text.</summary>
    End,

    /// <summary>The end, or in front of a line terminator that ends the text.</summary>
    LastLineEnd,

    /// <summary>The same, where only a line feed terminates.</summary>
    LastUnixLineEnd,

    /// <summary>The beginning of a line.</summary>
    LineBegin,

    /// <summary>The beginning of a line, where only a line feed terminates.</summary>
    UnixLineBegin,

    /// <summary>The end of a line.</summary>
    LineEnd,

    /// <summary>The end of a line, where only a line feed terminates.</summary>
    UnixLineEnd,

    /// <summary>Between a word and what is none.</summary>
    WordEdge,

    /// <summary>Inside or outside words.</summary>
    NoWordEdge,

    /// <summary>The same as the two, with Unicode's words.</summary>
    UnicodeWordEdge,

    /// <summary>The opposite.</summary>
    NoUnicodeWordEdge,

    /// <summary>The end of the match before.</summary>
    LastMatch,

    /// <summary>Nowhere.</summary>
    Never,
}
