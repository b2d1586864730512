using System.Collections.Generic;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Is one page of a list of objects.</summary>
/// <param name="Objects">The objects, by key.</param>
/// <param name="Folders">The prefixes up to the delimiter under which more stand.</param>
/// <param name="Next">The token of the next page, or null when this was the last.</param>
public sealed record OssListing(IReadOnlyList<OssObject> Objects, IReadOnlyList<string> Folders, string? Next);
