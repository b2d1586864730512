namespace ColumnStream.Sql;

/// <summary>Marks a range of a script by the offset of its first UTF-16 unit and its length.</summary>
public readonly record struct SourceSpan(int Start, int Length)
{
    /// <summary>Gets the offset behind the last unit.</summary>
    public int End => Start + Length;

    /// <summary>Makes the span from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public static SourceSpan FromBounds(int start, int end) => new(start, end - start);

    /// <summary>Makes the smallest span that covers both.</summary>
    public static SourceSpan Cover(SourceSpan first, SourceSpan second)
    {
        int start = first.Start < second.Start ? first.Start : second.Start;
        int end = first.End > second.End ? first.End : second.End;
        return FromBounds(start, end);
    }
}
