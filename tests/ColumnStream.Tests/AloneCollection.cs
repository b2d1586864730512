using Xunit;

namespace ColumnStream.Tests;

/// <summary>Holds tests that take all cores for long: others, which wait for something with a limit, run before.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
