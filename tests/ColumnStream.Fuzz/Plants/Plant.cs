namespace ColumnStream.Fuzz.Plants;

/// <summary>Names one bug that stands in a wrapper around a target, to prove that the fuzzer would find its like.</summary>
internal sealed record Plant(int Number, string Target, string What)
{
    /// <summary>Gets all planted bugs, in the order of their numbers.</summary>
    public static Plant[] All { get; } =
    [
        new(1, "ipc", "a buffer's end is not checked against its body"),
        new(2, "ipc", "list offsets may lead past the items"),
        new(3, "sql", "parentheses of a - (b - c) are not printed"),
        new(4, "sql", "CASE inside parentheses recurses without limit"),
        new(5, "sql", "recovery stands still at the '>' of a row inside an array type"),
        new(6, "json", "text that a block cuts and its line never closes is read past the block"),
        new(7, "json", "the letter behind an escaped pair of surrogates is lost"),
        new(8, "json", "numbers in arrays may begin with 0"),
        new(9, "csv", "a refused line with doubled quotes keeps a buffer"),
        new(10, "csv", "the line behind a refused one is lost when it ends with a carriage return"),
    ];
}
