using System.Collections.Generic;

namespace ColumnStream.Server.Catalogs;

/// <summary>Is one database as it is kept.</summary>
/// <param name="Name">The name.</param>
/// <param name="Comment">The comment, or null.</param>
/// <param name="Options">The options of WITH, secrets by reference.</param>
internal sealed record DatabaseRecord(string Name, string? Comment, IReadOnlyDictionary<string, string> Options);
