using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Storage;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Writes rows to a table of the database in one transaction with the number of their epoch.</summary>
/// <remarks>
/// <code>
/// Write, Prepare   rows are encoded and kept beside the checkpoints; the database hears nothing
/// Commit           BEGIN; lock the epoch's row; it is there already: done.  Else COPY, write the epoch down; COMMIT
/// </code>
/// A COMMIT whose answer is lost needs no guess: the next attempt locks the row and reads what became of it. Identity and
/// epoch travel with the rows, so that any run, of any parallelism, commits them under the name they were prepared.
/// </remarks>
internal sealed class PostgresSink : TwoPhaseCommittingSink
{
    private readonly SinkContext _context;
    private readonly PostgresDatabase _database;
    private readonly PostgresTable _table;
    private readonly RunSessions _sessions;
    private readonly EpochTable _epochs;
    private readonly CopyEncoder _encoder;
    private readonly OutputBuffer _output;
    private readonly IObjectStore _store;
    private readonly string? _temporary;
    private readonly StagedRows _rows;
    private readonly string _sink;
    private readonly string _writer;
    private readonly string _folder;
    private readonly Dictionary<(string Sink, int Shard), long> _committed = [];
    private int _uncommitted;

    public PostgresSink(
        SinkContext context, JdbcOptions options, PostgresDatabase database, PostgresTable table, RunSessions sessions)
    {
        _context = context;
        _database = database;
        _table = table;
        _sessions = sessions;
        _epochs = new EpochTable(table, options.EpochTable);
        _encoder = new CopyEncoder(table);
        _output = new OutputBuffer(context.Allocator);
        _sink = sessions.Sink;
        _writer = string.Create(CultureInfo.InvariantCulture, $"{context.Generation}-{context.RunNonce}");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context.Uid)).AsSpan(0, 6));
        _folder = $"sinks/{hash}/";
        if (context.Staging is null)
        {
            _temporary = TemporaryFolder($"{_writer}-{context.Subtask}-{hash}");
        }

        _store = context.Staging ?? new LocalObjectStore(_temporary!);
        _rows = new StagedRows(_store, _folder, $"{context.Subtask}-{_writer}", _output);
        _epochs.Create(database);
    }

    /// <inheritdoc/>
    public override void Write(StreamBatch batch)
    {
        _encoder.Encode(batch, _output);
        _rows.Flush();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Prepare(long epoch)
    {
        if (_encoder.Rows == 0)
        {
            return [];
        }

        (IReadOnlyList<StagedPart> parts, byte[] inline) = _rows.Complete();
        var committable = new PostgresCommittable(
            _sink, _context.Subtask, epoch, _writer, _committed.GetValueOrDefault((_sink, _context.Subtask)),
            _encoder.Rows, _encoder.Deletes, Layout(), parts, inline)
        {
            Folder = _temporary is null || parts.Count == 0 ? null : Path.GetFileName(_temporary),
        };
        _uncommitted += parts.Count;
        _encoder.Reset();
        return [committable.ToString()];
    }

    /// <inheritdoc/>
    public override void Commit(long epoch, IReadOnlyList<string> committables)
    {
        var shards = new Dictionary<(string Sink, int Shard), List<PostgresCommittable>>();
        foreach (string text in committables)
        {
            PostgresCommittable committable = PostgresCommittable.Parse(text);
            if (!shards.TryGetValue((committable.Sink, committable.Shard), out List<PostgresCommittable>? list))
            {
                shards.Add((committable.Sink, committable.Shard), list = []);
            }

            list.Add(committable);
        }

        foreach (((string sink, int shard), List<PostgresCommittable> list) in shards)
        {
            list.Sort((a, b) => a.Epoch.CompareTo(b.Epoch));
            Commit(sink, shard, list);
        }
    }

    /// <inheritdoc/>
    public override void CleanUp()
    {
        // The first writer alone is asked, for all of them.
        if (_context.Subtask != 0)
        {
            return;
        }

        string purpose = $"taking over {_epochs.Shown}";
        InTransaction(purpose, connection =>
            Refuse(_epochs.Fence(connection, _sink, _context.Generation, _writer)));
        foreach (string name in _store.List(_folder))
        {
            string writer = name[(name.IndexOf('-', _folder.Length) + 1)..];
            if (!writer.StartsWith(_writer + "-", StringComparison.Ordinal))
            {
                _store.Delete(name);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        _output.Dispose();
        _database.Dispose();

        // A savepoint may name rows that the database has not taken: whoever restores it needs them.
        if (_temporary is not null && _uncommitted == 0 && Directory.Exists(_temporary))
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }

    private void Commit(string sink, int shard, List<PostgresCommittable> committables)
    {
        long last = committables[^1].Epoch;
        string purpose = string.Create(CultureInfo.InvariantCulture, $"committing checkpoint {last} to {_table.Shown}");
        InTransaction(purpose, connection =>
        {
            EpochTable.State state = _epochs.Lock(connection, sink, shard);
            Refuse(state.Fence);
            List<PostgresCommittable> open = Open(committables, state);
            if (open.Count > 0)
            {
                _table.TakeIn(connection, to => Send(open, to), open.Any(c => c.Deletes > 0));
                _epochs.Advance(connection, sink, shard, last, _context.Generation, committables[^1].Writer);
            }
        });

        _committed[(sink, shard)] = last;
        foreach (PostgresCommittable committable in committables)
        {
            _uncommitted -= committable.Writer == _writer && committable.Shard == _context.Subtask ? committable.Parts.Count : 0;
            IObjectStore store = FolderOf(committable) ?? _store;
            foreach (StagedPart part in committable.Parts)
            {
                store.Delete(part.Name);
            }
        }
    }

    /// <summary>Runs a transaction; where a run that was overtaken keeps its lock, that run's session is ended first.</summary>
    private void InTransaction(string purpose, Action<NpgsqlConnection> work)
    {
        try
        {
            _database.InTransaction(purpose, work);
        }
        catch (ExternalException failure) when (RunSessions.IsLockTimeout(failure) && _sessions.EndOlder(_database) > 0)
        {
            _database.InTransaction(purpose, work);
        }
    }

    private static string TemporaryFolder(string name) =>
        Path.Combine(Path.GetTempPath(), $"columnstream-{Environment.UserName}", "staged", name);

    /// <summary>Opens what a job without checkpoints left on this machine, or returns null.</summary>
    private static LocalObjectStore? FolderOf(PostgresCommittable committable) =>
        committable.Folder is { } name && TemporaryFolder(name) is var folder && Directory.Exists(folder)
            ? new LocalObjectStore(folder)
            : null;

    /// <summary>Stops a run that another one has overtaken.</summary>
    private void Refuse(long fence)
    {
        if (fence > _context.Generation)
        {
            throw new ExternalException(
                5010,
                $"Another run of the job took over: {_epochs.Shown} names run {fence} for {_sink}, and this is run "
                    + $"{_context.Generation}. Nothing was written.",
                retryable: false);
        }
    }

    /// <summary>Returns what the database does not have yet; each epoch once.</summary>
    private List<PostgresCommittable> Open(List<PostgresCommittable> committables, EpochTable.State state)
    {
        var open = new List<PostgresCommittable>();
        long at = state.Epoch;
        foreach (PostgresCommittable committable in committables)
        {
            if (committable.Epoch == state.Epoch && committable.Writer != state.Writer)
            {
                throw new ExternalException(
                    5010,
                    $"Two runs wrote checkpoint {committable.Epoch} of {committable.Sink}: {_epochs.Shown} names {state.Writer}, "
                        + $"these rows are of {committable.Writer}. Give a copied checkpoint folder another 'pipeline.name'.",
                    retryable: false);
            }

            if (committable.Epoch <= at)
            {
                continue;
            }

            if (open.Count == 0 && committable.Before > state.Epoch)
            {
                throw new ExternalException(
                    5012,
                    $"Database has lost checkpoints: {_epochs.Shown} says {state.Epoch} for {committable.Sink}, and "
                        + $"{committable.Before} was committed. Restore the database, or start from the savepoint that fits it.",
                    retryable: false);
            }

            if (committable.Layout != Layout())
            {
                throw new ExternalException(
                    5012,
                    $"Prepared rows do not fit table {_table.Shown} any more: they were written for {committable.Layout}, and it "
                        + $"is {Layout()}. Change the table back until they are committed.",
                    retryable: false);
            }

            at = committable.Epoch;
            open.Add(committable);
        }

        return open;
    }

    private void Send(List<PostgresCommittable> committables, Stream to)
    {
        foreach (PostgresCommittable committable in committables)
        {
            foreach (StagedPart part in committable.Parts)
            {
                StagedRows.Copy(_store, FolderOf(committable) ?? _context.RestoredFrom, part, to);
            }

            to.Write(committable.Inline);
        }
    }

    private string Layout() => string.Join(
        ", ", _table.Columns.Select(c => $"{c.To.Name} {c.To.TypeText}{(c.IsKey ? " key" : null)}"));
}
