namespace ColumnStream.Arrow.Ipc;

/// <summary>Locates the items of a checked metadata vector.</summary>
internal readonly record struct FlatVector(int Start, int Count);
