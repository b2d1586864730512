using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>Holds tests that run while no other does.</summary>
/// <remarks>
/// At parallelism 4 a source's subtask without a split holds the watermark until it has had its first turn; on a crowded
/// machine rows of the others may pass before, and are then not late. Alone, the first turns come first.
/// </remarks>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
