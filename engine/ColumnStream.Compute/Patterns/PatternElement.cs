namespace ColumnStream.Compute.Patterns;

/// <summary>Is one part of a date pattern: a letter with its count, literal text, or a bracket.</summary>
/// <param name="Letter">The letter; <c>\0</c> for literal text, <c>[</c> and <c>]</c> for brackets.</param>
/// <param name="Count">How often the letter stands; for a bracket the index of its partner.</param>
/// <param name="Literal">The literal text in UTF-8.</param>
/// <param name="Fixed">Whether digits follow at once, so that exactly <c>Count</c> digits are read.</param>
internal readonly record struct PatternElement(char Letter, int Count, byte[] Literal, bool Fixed)
{
    /// <summary>Gets whether the part reads digits.</summary>
    public bool IsNumber => Letter switch
    {
        'y' or 'u' or 'Y' or 'd' or 'D' or 'H' or 'h' or 'K' or 'k' or 'm' or 's' or 'S' or 'w' or 'W' or 'F' or 'A'
            or 'n' or 'N' => true,
        'M' or 'L' or 'Q' or 'q' or 'e' => Count <= 2,
        'c' => Count == 1,
        _ => false,
    };
}
