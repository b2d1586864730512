using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Postgres;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Connectors.Jdbc;

/// <summary>Tests what the epoch's row decides: who may commit, what is done already, what another parallelism does with it.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresSinkTests(PostgresFixture postgres)
{
    private readonly MemoryObjectStore _store = new(TimeProvider.System);

    [PostgresFact]
    public void The_last_change_of_each_key_wins_within_an_epoch_and_over_epochs()
    {
        string table = NewKeyed();
        using SinkRun run = Start(postgres.Spec(table, isKeyed: true));
        Write(run, (RowKind.Insert, 1, "a"), (RowKind.Insert, 2, "b"), (RowKind.UpdateAfter, 1, "c"), (RowKind.Delete, 2, null));
        Write(run, (RowKind.Insert, 3, "d"), (RowKind.UpdateBefore, 1, "c"), (RowKind.UpdateAfter, 1, "e"));
        run.Finish(1);
        Assert.Equal(["1|e", "3|d"], Rows(table));
        Write(run, (RowKind.Delete, 1, "e"), (RowKind.Delete, 7, "x"), (RowKind.Insert, 2, "f"), (RowKind.Delete, 3, "d"),
            (RowKind.Insert, 3, "g"));
        run.Finish(2);
        Assert.Equal(["2|f", "3|g"], Rows(table));
    }

    [PostgresFact]
    public void Rows_of_epochs_that_failed_ride_with_the_next_one_and_come_once()
    {
        string table = NewPlain();
        IReadOnlyList<string> all;
        using (SinkRun run = Start(postgres.Spec(table)))
        {
            run.Write(1);
            IReadOnlyList<string> first = run.Sink.Prepare(1);
            run.Write(2);
            all = [.. first, .. run.Sink.Prepare(2)];
            run.Sink.Commit(2, all);
            run.Sink.Commit(2, all);
        }

        using SinkRun again = Start(postgres.Spec(table), generation: 2);
        again.Sink.Commit(2, [.. all, .. all]);
        again.Sink.CleanUp();
        again.Write(3);
        again.Finish(3);
        Assert.Equal(["1|n1", "2|n2", "3|n3"], Rows(table));
    }

    [PostgresFact]
    public void Large_epochs_wait_beside_the_checkpoints_and_leave_nothing_there()
    {
        string table = NewPlain();
        long[] ids = [.. Enumerable.Range(0, 40_000).Select(i => (long)i)];
        IReadOnlyList<string> committables;
        using (SinkRun run = Start(postgres.Spec(table), subtask: 3, parallelism: 4))
        {
            run.Write(ids);
            committables = run.Sink.Prepare(1);
            Assert.True(committables.Single().Length < 2_000, committables.Single());
            Assert.NotEmpty(_store.List("sinks/"));
            run.Write(ids[..20_000]);
            run.Sink.Prepare(2);
        }

        // The runtime asks the first writer alone to clean up.
        using SinkRun again = Start(postgres.Spec(table), generation: 2, parallelism: 4);
        again.Sink.Commit(1, committables);
        again.Sink.CleanUp();
        Assert.Empty(_store.List("sinks/"));
        Assert.Equal(["40000|799980000"], postgres.Server.Query($"SELECT count(*), sum(id) FROM {table}"));
    }

    /// <summary>A process that is stopped in its transaction keeps its connection and its locks, for as long as it sleeps.</summary>
    [PostgresFact]
    public void A_run_that_sleeps_in_its_transaction_does_not_stop_the_one_that_took_over()
    {
        string table = NewPlain();
        TableSpec spec = postgres.Spec(table).With(("sink.lock-timeout", "300 ms"));
        using PostgresReader asleep = postgres.Server.Open();
        using PostgresReader stranger = postgres.Server.Open();
        using (SinkRun first = Start(spec))
        {
            first.Write(1);
            first.Finish(1);
            string[] names = [];
            Assert.True(
                SpinWait.SpinUntil(
                    () =>
                    {
                        // The server may still be ending a session of the test before.
                        names = [.. postgres.Server.Query(
                            "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'columnstream % 1 job'")];
                        return names.Length == 1;
                    },
                    TimeSpan.FromSeconds(60)),
                string.Join(", ", names));
            string name = names[0];
            asleep.Execute($"SET application_name = '{name}'");
            stranger.Execute($"SET application_name = '{name.Replace(" 1 ", " 3 ", StringComparison.Ordinal)}'");
        }

        asleep.Execute($"BEGIN; SELECT 1 FROM columnstream_epochs WHERE sink LIKE '{table}-%' FOR UPDATE");
        stranger.Execute("BEGIN");
        using (SinkRun second = Start(spec, generation: 2))
        {
            second.Write(2);
            second.Sink.CleanUp();
            second.Finish(2);
        }

        Assert.Equal(["1|n1", "2|n2"], Rows(table));
        Assert.NotNull(Record.Exception(() => asleep.Execute("COMMIT")));
        stranger.Execute("COMMIT");
    }

    /// <summary>The record of such a savepoint is put before its commit, so a process may die between the two.</summary>
    [PostgresFact]
    public void What_a_savepoint_of_a_job_without_checkpoints_names_is_found_behind_its_death()
    {
        string table = NewPlain();
        long[] ids = [.. Enumerable.Range(0, 40_000).Select(i => (long)i)];
        string committable;
        using (SinkRun run = Bare(1))
        {
            run.Write(ids);
            committable = run.Sink.Prepare(1).Single();
        }

        string folder = Path.Combine(
            Path.GetTempPath(), $"columnstream-{Environment.UserName}", "staged",
            (string)System.Text.Json.Nodes.JsonNode.Parse(committable)!["Folder"]!);
        Assert.True(Directory.Exists(folder));
        using (SinkRun again = Bare(2))
        {
            again.Sink.Commit(1, [committable]);
            again.Sink.Commit(1, [committable]);
            Assert.Equal(["40000|799980000"], postgres.Server.Query($"SELECT count(*), sum(id) FROM {table}"));
            Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
            string evil = committable.Replace("\"Folder\":\"", "\"Folder\":\"../", StringComparison.Ordinal);
            Assert.Equal(5011, Assert.Throws<ExternalException>(() => again.Sink.Commit(1, [evil])).Code);
        }

        Directory.Delete(folder, recursive: true);

        SinkRun Bare(long generation) => new(
            OptionTests.Find("jdbc"), postgres.Spec(table),
            with: context => context with { Generation = generation, RunNonce = $"{table}n{generation}", Lineage = table });
    }

    [PostgresFact]
    public void Rows_that_are_gone_or_damaged_are_an_error_and_nothing_is_written()
    {
        string table = NewPlain();
        long[] ids = [.. Enumerable.Range(0, 40_000).Select(i => (long)i)];
        using SinkRun run = Start(postgres.Spec(table));
        run.Write(ids);
        IReadOnlyList<string> committables = run.Sink.Prepare(1);
        string name = _store.List("sinks/").Single();
        byte[] bytes = ReadAll(name);
        foreach (byte[]? broken in new[] { null, bytes[..^1], [.. bytes[..1000], (byte)(bytes[1000] ^ 1), .. bytes[1001..]] })
        {
            _store.Delete(name);
            if (broken is not null)
            {
                Assert.True(_store.TryCreate(name, broken));
            }

            ExternalException failure = Assert.Throws<ExternalException>(() => run.Sink.Commit(1, committables));
            Assert.Equal((5012, false), (failure.Code, failure.IsRetryable));
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
            Assert.Empty(Rows(table));
        }

        _store.Delete(name);
        Assert.True(_store.TryCreate(name, bytes));
        run.Sink.Commit(1, committables);
        Assert.Equal(["40000"], postgres.Server.Query($"SELECT count(*) FROM {table}"));
    }

    [PostgresFact]
    public void A_run_that_was_overtaken_waits_for_the_lock_and_is_refused()
    {
        string table = NewPlain();
        using SinkRun zombie = Start(postgres.Spec(table));
        zombie.Write(1);
        IReadOnlyList<string> claimed = zombie.Sink.Prepare(1);
        zombie.Write(2);
        IReadOnlyList<string> late = zombie.Sink.Prepare(2);

        // The new run commits what was claimed under the writer's own row, and takes over while the zombie stands before the lock.
        using PostgresReader holder = postgres.Server.Open();
        using SinkRun heir = Start(postgres.Spec(table), generation: 2);
        heir.Sink.Commit(1, claimed);
        holder.Execute("BEGIN; SELECT 1 FROM columnstream_epochs WHERE shard = 0 FOR UPDATE");
        ExternalException? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => zombie.Sink.Commit(2, late)) as ExternalException);
        thread.Start();
        WaitForBlocked();
        heir.Sink.CleanUp();
        holder.Execute("COMMIT");
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)));
        Assert.Equal((5010, false), (failure?.Code, failure?.IsRetryable));
        Assert.Equal(["1|n1"], Rows(table));
        failure = Assert.Throws<ExternalException>(() => zombie.Sink.Commit(1, claimed));
        Assert.Equal(5010, failure.Code);
        heir.Write(3);
        heir.Finish(2);
        Assert.Equal(["1|n1", "3|n3"], Rows(table));
    }

    [PostgresFact]
    public void Rows_of_four_writers_are_committed_by_three_and_then_by_one()
    {
        string table = NewPlain();
        var prepared = new List<string>[4];
        for (int i = 0; i < 4; i++)
        {
            using SinkRun run = Start(postgres.Spec(table), 1, i, 4);
            run.Write(i);
            List<string> first = [.. run.Sink.Prepare(1)];
            if (i % 2 == 0)
            {
                run.Sink.Commit(1, first);
            }

            run.Write(10 + i);
            prepared[i] = [.. first, .. run.Sink.Prepare(2)];
        }

        for (int i = 0; i < 3; i++)
        {
            using SinkRun run = Start(postgres.Spec(table), 2, i, 3);
            run.Sink.Commit(2, [.. Enumerable.Range(0, 4).Where(s => s % 3 == i).SelectMany(s => prepared[s])]);
            run.Sink.CleanUp();
        }

        using SinkRun last = Start(postgres.Spec(table), 3);
        last.Sink.Commit(2, [.. prepared.SelectMany(p => p)]);
        last.Sink.CleanUp();
        Assert.Equal(["0|n0", "1|n1", "2|n2", "3|n3", "10|n10", "11|n11", "12|n12", "13|n13"], Rows(table));
    }

    [PostgresFact]
    public void Another_life_of_the_job_does_not_take_the_epochs_of_the_former_for_its_own()
    {
        string table = NewPlain();
        foreach (string life in new[] { "first", "second" })
        {
            using var run = new SinkRun(OptionTests.Find("jdbc"), postgres.Spec(table), with: context => context with
            {
                Staging = new MemoryObjectStore(TimeProvider.System), Lineage = $"{table}-{life}", Generation = 1, RunNonce = life,
            });
            run.Write(1);
            run.Finish(1);
        }

        Assert.Equal(["1|n1", "1|n1"], Rows(table));
    }

    [PostgresFact]
    public void A_copied_checkpoint_folder_is_found_out()
    {
        string table = NewPlain();
        using SinkRun one = Start(postgres.Spec(table), nonce: "a");
        using SinkRun other = Start(postgres.Spec(table), nonce: "b");
        one.Write(1);
        one.Finish(1);
        other.Write(1);
        ExternalException failure = Assert.Throws<ExternalException>(() => other.Finish(1));
        Assert.Equal(5010, failure.Code);
        Assert.Contains("pipeline.name", failure.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public void A_database_that_went_back_in_time_is_found_out()
    {
        string table = NewPlain();
        using SinkRun run = Start(postgres.Spec(table));
        run.Write(1);
        run.Finish(5);
        postgres.Server.Query($"DELETE FROM {table}; UPDATE columnstream_epochs SET epoch = 3 WHERE sink LIKE '{table}-%'");
        run.Write(2);
        ExternalException failure = Assert.Throws<ExternalException>(() => run.Finish(6));
        Assert.Equal(5012, failure.Code);
        Assert.Empty(Rows(table));
    }

    [PostgresFact]
    public void A_server_that_dies_and_comes_back_is_asked_again()
    {
        using PostgresServer own = PostgresServer.Start();
        own.Query("CREATE TABLE t (id bigint, name text)");
        using SinkRun run = Start(postgres.Spec("t", url: own.Url));
        run.Write(1);
        run.Finish(1);
        run.Write(2);
        IReadOnlyList<string> committables = run.Sink.Prepare(2);
        own.Kill();
        ExternalException failure = Assert.Throws<ExternalException>(() => run.Sink.Commit(2, committables));
        Assert.True(failure.IsRetryable, failure.ToString());
        own.Run();
        run.Sink.Commit(2, committables);
        Assert.Equal(["1|n1", "2|n2"], own.Query("SELECT id, name FROM t ORDER BY id"));
    }

    [PostgresFact]
    public void At_least_once_writes_rows_at_barriers_and_when_the_buffer_is_full()
    {
        string table = NewPlain();
        TableSpec spec = postgres.Spec(table).With(
            ("sink.delivery-guarantee", "at-least-once"), ("sink.buffer-flush.max-rows", "3"), ("sink.buffer-flush.interval", "0 s"));
        using SinkRun run = Start(spec);
        run.Write(1, 2);
        Assert.Empty(Rows(table));
        run.Instance.Writer!.Flush();
        Assert.Equal(2, Rows(table).Count);
        run.Write(3, 4, 5);
        Assert.Equal(5, Rows(table).Count);
    }

    private SinkRun Start(TableSpec table, long generation = 1, int subtask = 0, int parallelism = 1, string nonce = "n") => new(
        OptionTests.Find("jdbc"), table, "sink-1", subtask, parallelism, context => context with
        {
            Staging = _store, Generation = generation, RunNonce = $"{nonce}{generation}",
            Lineage = $"{table.Option("table-name")}-life",
        });

    private string NewPlain() => postgres.NewTable("id bigint, name text");

    private string NewKeyed() => postgres.NewTable("id bigint PRIMARY KEY, name text");

    private IReadOnlyList<string> Rows(string table) => postgres.Server.Query($"SELECT id, name FROM {table} ORDER BY id, name");

    private byte[] ReadAll(string name)
    {
        using System.IO.Stream stream = _store.OpenRead(name)!;
        using var bytes = new System.IO.MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private void WaitForBlocked()
    {
        using PostgresReader reader = postgres.Server.Open();
        long end = Environment.TickCount64 + 60_000;
        while (reader.Count("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        {
            Assert.True(Environment.TickCount64 < end, "nobody waits for a lock");
            Thread.Sleep(5);
        }
    }

    private static void Write(SinkRun run, params (RowKind Kind, long Id, string? Name)[] rows)
    {
        var schema = new Schema(new Field("id", DataType.Int64), new Field("name", DataType.Utf8View));
        RecordBatch batch = BoxedRows.ToBatch(schema, [.. rows.Select(r => new object?[] { r.Id, r.Name })], run.Allocator);
        NativeBuffer kinds = run.Allocator.Allocate(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            kinds.Span[i] = (byte)rows[i].Kind;
        }

        run.Write(new StreamBatch(batch, kinds));
    }
}
