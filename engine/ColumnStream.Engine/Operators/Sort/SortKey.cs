namespace ColumnStream.Engine.Operators;

/// <summary>Names one column to sort by.</summary>
/// <param name="Column">Input column.</param>
/// <param name="Descending">Whether large values come first.</param>
/// <param name="NullsFirst">Whether nulls come first; Flink's default is first for ascending, last for descending.</param>
public sealed record SortKey(int Column, bool Descending, bool NullsFirst)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"${Column} {(Descending ? "desc" : "asc")} nulls {(NullsFirst ? "first" : "last")}";
}
