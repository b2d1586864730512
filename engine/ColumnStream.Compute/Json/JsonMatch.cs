namespace ColumnStream.Compute.Json;

/// <summary>Is one value that a path found.</summary>
/// <param name="Node">The node, or -1 for a length.</param>
/// <param name="Names">The members that are left of an object, or null for all of it.</param>
/// <param name="Number">The length.</param>
internal readonly record struct JsonMatch(int Node, byte[][]? Names, int Number);
