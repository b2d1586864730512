using System.Collections.Generic;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Names the files that hold one state: a full one, then changes, oldest first.</summary>
/// <param name="Uid">Identity of the operator's node.</param>
/// <param name="Name">The state's name.</param>
/// <param name="Files">The files; none when the state is empty.</param>
public sealed record StateSnapshot(string Uid, string Name, IReadOnlyList<StateFile> Files)
{
    /// <summary>Gets the columns of a state without files, which no file tells; null for others, and where nobody describes them.</summary>
    public IReadOnlyList<ColumnRecord>? Columns { get; init; }
}
