using System.Collections.Generic;

namespace ColumnStream.Engine.Storage;

/// <summary>Is a part of a list of objects.</summary>
/// <param name="Objects">The objects, in ordinal order of their names.</param>
/// <param name="Next">The name to go on behind, or null when this was the last page.</param>
public sealed record ObjectPage(IReadOnlyList<ObjectInfo> Objects, string? Next);
