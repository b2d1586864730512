namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is the name of a type as written; <see cref="IsNotNull"/> is the NOT NULL behind it.</summary>
public abstract record TypeSyntax : SqlNode
{
    /// <summary>Gets whether NOT NULL follows the type.</summary>
    public bool IsNotNull { get; init; }

    /// <summary>Compares the kind and NOT NULL; derived records add their members.</summary>
    public virtual bool Equals(TypeSyntax? other) => base.Equals(other) && IsNotNull == other.IsNotNull;

    /// <inheritdoc/>
    public override int GetHashCode() => System.HashCode.Combine(base.GetHashCode(), IsNotNull);
}
