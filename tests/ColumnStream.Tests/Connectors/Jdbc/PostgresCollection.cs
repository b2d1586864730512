using Xunit;

namespace ColumnStream.Tests.Connectors.Jdbc;

/// <summary>Names the tests that share the cluster; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "postgres";
}
