using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Postgres;
using ColumnStream.Tests.Connectors.Jdbc;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: rows in a database are neither lost nor doubled, whenever the process that writes them dies. Method: the sequences of kills
/// of all jobs, their sinks tables of a real PostgreSQL; <c>COLUMNSTREAM_POSTGRES_SEQUENCES</c> says how many.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresKillTests(PostgresFixture postgres, ITestOutputHelper output)
{
    [PostgresFact]
    public void Killed_in_sequences_jobs_into_a_database_lose_and_double_nothing()
    {
        var tally = new KillTally();
        int sequences = KillTests.Number("COLUMNSTREAM_POSTGRES_SEQUENCES", 2);
        KillTests.Run(JobStore.Folder, sequences, tally, JobShapes.All, new PostgresOutput(postgres.Server));
        KillTests.Report(output, tally, sequences);
    }
}
