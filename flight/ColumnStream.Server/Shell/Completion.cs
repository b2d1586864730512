using System.Collections.Generic;

namespace ColumnStream.Server.Shell;

/// <summary>Is what may stand at the cursor.</summary>
/// <param name="Start">Where the word begins that a proposal replaces.</param>
/// <param name="Items">The proposals in order, each the whole word.</param>
internal sealed record Completion(int Start, IReadOnlyList<string> Items);
