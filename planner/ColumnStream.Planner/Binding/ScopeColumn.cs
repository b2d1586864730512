using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Binding;

/// <summary>Is one column that names can resolve to.</summary>
/// <param name="Qualifier">Alias or table name, or null for none.</param>
/// <param name="Name">The name.</param>
/// <param name="Type">The type, with its time attribute.</param>
/// <param name="Lost">Why it is no longer a time attribute, or null.</param>
internal sealed record ScopeColumn(string? Qualifier, string Name, SqlType Type, string? Lost = null)
{
    /// <summary>Returns the column as an ordinary value, with the reason if it was a time attribute.</summary>
    public ScopeColumn Ordinary(string lostBy) => this with
    {
        Type = Type.Materialized(),
        Lost = Type.TimeAttribute == TimeAttribute.None ? Lost : lostBy,
    };
}
