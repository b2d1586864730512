namespace ColumnStream.Engine.Operators.Join;

/// <summary>Says what a type of join makes of pairs and of rows that have a match or none.</summary>
internal sealed class JoinRules(JoinNode node, bool expires, bool isBatch)
{
    /// <summary>Gets whether pairs come out.</summary>
    public bool GivesPairs { get; } = node.Type is not (JoinType.Semi or JoinType.Anti);

    /// <summary>Gets whether rows without a match wait for the end.</summary>
    public bool IsBatch => isBatch;

    /// <summary>
    /// Gets whether each row counts its own matches: where a condition tells rows of one key apart, and where rows expire, since
    /// what went that way is not taken back.
    /// </summary>
    public bool CountsByRow { get; } = node.Type != JoinType.Inner && (node.Residual is not null || expires);

    /// <summary>Tells whether rows of a side come out, with NULLs, while they have no match.</summary>
    public bool KeepsLone(int side) => side == 0
        ? node.Type is JoinType.Left or JoinType.Full or JoinType.Anti
        : node.Type is JoinType.Right or JoinType.Full;

    /// <summary>Tells whether rows of a side come out, alone, while they have a match.</summary>
    public bool GivesMet(int side) => side == 0 && node.Type == JoinType.Semi;

    /// <summary>Tells whether a side has to know which of its rows have a match.</summary>
    public bool Tracks(int side) => KeepsLone(side) || GivesMet(side);

    /// <summary>Says what the rows of a side have to remember.</summary>
    public JoinSideOptions OptionsOf(int side, bool isInsertOnly) =>
        (isInsertOnly ? JoinSideOptions.None : JoinSideOptions.Retracts)
        | (CountsByRow && Tracks(side) ? JoinSideOptions.CountsMatches : JoinSideOptions.None);
}
