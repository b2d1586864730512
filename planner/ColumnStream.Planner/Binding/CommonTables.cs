namespace ColumnStream.Planner.Binding;

/// <summary>Is the innermost of the common tables in sight.</summary>
/// <param name="Name">The name.</param>
/// <param name="Relation">What it stands for.</param>
/// <param name="Outer">Those declared before it, or null.</param>
internal sealed record CommonTables(string Name, Relation Relation, CommonTables? Outer)
{
    /// <summary>Finds a common table by name.</summary>
    public Relation? Find(string name) => Name == name ? Relation : Outer?.Find(name);
}
