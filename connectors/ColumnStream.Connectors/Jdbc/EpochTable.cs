using System;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Remembers in the database, per sink and writer, which epoch was committed last, and which run may commit.</summary>
/// <remarks>
/// <code>
/// sink  shard  epoch  generation  writer        shard -1: the newest run of the sink; lower ones are refused
/// </code>
/// The row of a writer is locked before anything else, so that whoever is late waits and then sees what was done.
/// </remarks>
internal sealed class EpochTable(PostgresTable table, string name)
{
    private const int FenceShard = -1;
    private readonly string _table = $"{PostgresDatabase.Quote(table.Schema)}.{PostgresDatabase.Quote(name)}";

    /// <summary>What stands in a writer's row.</summary>
    /// <param name="Epoch">The epoch committed last, or 0.</param>
    /// <param name="Writer">The run that prepared it.</param>
    /// <param name="Fence">The newest run.</param>
    public readonly record struct State(long Epoch, string Writer, long Fence);

    /// <summary>Gets the table's name for messages.</summary>
    public string Shown => $"{table.Schema}.{name}";

    /// <summary>Makes the table where it is missing; two may do so at once.</summary>
    public void Create(PostgresDatabase database) => database.Guard($"making table {Shown}", connection =>
    {
        using (NpgsqlCommand find = PostgresDatabase.Command(connection, "SELECT to_regclass($1) IS NOT NULL", _table))
        {
            if (find.ExecuteScalar() is true)
            {
                return true;
            }
        }

        try
        {
            PostgresDatabase.Execute(
                connection,
                $"CREATE TABLE IF NOT EXISTS {_table} (sink text NOT NULL, shard int NOT NULL, epoch bigint NOT NULL, "
                    + "generation bigint NOT NULL, writer text NOT NULL, changed timestamptz NOT NULL DEFAULT now(), "
                    + "PRIMARY KEY (sink, shard))");
        }
        catch (PostgresException failure) when (failure.SqlState is "23505" or "42P07")
        {
            // Somebody made it a moment earlier.
        }

        return true;
    });

    /// <summary>Locks a writer's row until the transaction ends, makes it if there is none, and reads it.</summary>
    public State Lock(NpgsqlConnection connection, string sink, int shard)
    {
        PostgresDatabase.Execute(
            connection,
            $"INSERT INTO {_table} (sink, shard, epoch, generation, writer) "
                + $"VALUES ($1, $2, 0, 0, ''), ($1, {FenceShard}, 0, 0, '') ON CONFLICT DO NOTHING",
            sink, shard);
        long epoch;
        string writer;
        using (NpgsqlCommand command = PostgresDatabase.Command(
            connection, $"SELECT epoch, writer FROM {_table} WHERE sink = $1 AND shard = $2 FOR UPDATE", sink, shard))
        using (NpgsqlDataReader reader = command.ExecuteReader())
        {
            reader.Read();
            epoch = reader.GetInt64(0);
            writer = reader.GetString(1);
        }

        using NpgsqlCommand fence = PostgresDatabase.Command(
            connection, $"SELECT generation FROM {_table} WHERE sink = $1 AND shard = {FenceShard} FOR SHARE", sink);
        return new State(epoch, writer, (long)fence.ExecuteScalar()!);
    }

    /// <summary>Writes down an epoch in the same transaction as its rows.</summary>
    public void Advance(NpgsqlConnection connection, string sink, int shard, long epoch, long generation, string writer)
    {
        using NpgsqlCommand command = PostgresDatabase.Command(
            connection,
            $"UPDATE {_table} SET epoch = $3, generation = $4, writer = $5, changed = now() "
                + "WHERE sink = $1 AND shard = $2 AND epoch < $3",
            sink, shard, epoch, generation, writer);
        if (command.ExecuteNonQuery() != 1)
        {
            throw new InvalidOperationException($"Row of {sink} {shard} in {Shown} was not as it was locked.");
        }
    }

    /// <summary>Makes a run the newest one of a sink; returns the newest there is.</summary>
    public long Fence(NpgsqlConnection connection, string sink, long generation, string writer)
    {
        using NpgsqlCommand command = PostgresDatabase.Command(
            connection,
            $"INSERT INTO {_table} AS e (sink, shard, epoch, generation, writer) VALUES ($1, {FenceShard}, 0, $2, $3) "
                + "ON CONFLICT (sink, shard) DO UPDATE SET "
                + "writer = CASE WHEN e.generation < $2 THEN $3 ELSE e.writer END, "
                + "changed = now(), generation = greatest(e.generation, $2) RETURNING generation",
            sink, generation, writer);
        return (long)command.ExecuteScalar()!;
    }
}
