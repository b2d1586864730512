namespace ColumnStream.Sql.Parsing;

/// <summary>Is one token: its kind and place, and its text where the kind has one.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Start">The offset of its first unit.</param>
/// <param name="Length">Its length in the script.</param>
/// <param name="Text">
/// The word in capitals, or the decoded content of a quoted name, string or binary literal; null for the rest.
/// </param>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, string? Text)
{
    public int End => Start + Length;

    public SourceSpan Span => new(Start, Length);
}
