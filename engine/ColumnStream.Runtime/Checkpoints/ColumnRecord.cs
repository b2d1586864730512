namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Describes a column of a state.</summary>
/// <param name="Name">What it means: a lineage, or the cell of an aggregate.</param>
/// <param name="Type">Its type in the file.</param>
/// <param name="Role">What a changed query may do to it.</param>
public sealed record ColumnRecord(string Name, string Type, string Role);
