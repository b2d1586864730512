using Xunit;

namespace ColumnStream.Testing.Postgres;

/// <summary>Marks a test that needs PostgreSQL's server: it is passed over, with the reason, where there is none.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.Missing;
}
