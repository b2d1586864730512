using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Postgres;
using ColumnStream.Tests.Connectors.Jdbc;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: rows in a database are neither lost nor doubled, whenever the process that writes them dies. Method: the sequences of kills
/// of all jobs, their sinks tables of a real PostgreSQL, whose sessions are cut as well; <c>COLUMNSTREAM_POSTGRES_SEQUENCES</c> says how many.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresKillTests(PostgresFixture postgres, ITestOutputHelper output)
{
    [PostgresFact]
    public void Killed_in_sequences_jobs_into_a_database_lose_and_double_nothing()
    {
        var tally = new KillTally();
        int sequences = KillTests.Number("COLUMNSTREAM_POSTGRES_SEQUENCES", 2);
        using var tables = new PostgresOutput(postgres.Server);
        KillTests.Run(JobStore.Folder, sequences, tally, JobShapes.All, tables);
        KillTests.Report(output, tally, sequences);
        if (tally.Sequences >= 100)
        {
            Assert.True(tally.CutTransactions > 0, tally.ToString());
        }
    }
}
