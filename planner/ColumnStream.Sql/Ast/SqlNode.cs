namespace ColumnStream.Sql.Ast;

/// <summary>Is one piece of syntax with the place it came from.</summary>
/// <remarks>
/// Two nodes are equal when they say the same, wherever they stand: the span takes no part in equality. The height of
/// a tree is limited by the parser (<see cref="SqlLimits.MaxTreeHeight"/>), so recursive consumers are safe.
/// </remarks>
public abstract record SqlNode
{
    /// <summary>Gets the range of the script this node was read from; empty at 0 for nodes made by code.</summary>
    public SourceSpan Span { get; init; }

    /// <summary>Says whether <paramref name="other"/> is of the same kind; derived records add their members.</summary>
    public virtual bool Equals(SqlNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>Prints the node as SQL.</summary>
    public sealed override string ToString() => SqlPrinter.Print(this);
}
