using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Session;
using ColumnStream.Server.Session.Ingest;
using ColumnStream.Sql;

namespace ColumnStream.Server.Hosting;

/// <summary>Writes the batches that a client sends into a table: an INSERT whose source is the client.</summary>
/// <remarks>The job is never started again by itself, since what a client sent cannot be sent twice; checkpointed rows stay.</remarks>
internal sealed class BulkIngest(SessionHost host, SqlSession session)
{
    /// <summary>Makes the table where that is asked for, and writes; returns the number of rows once they are safe.</summary>
    /// <exception cref="ColumnStreamException">The table is not as the target says, or the job failed.</exception>
    public async Task<long> RunAsync(SqlIngest target, ISqlResult rows, CancellationToken cancellation)
    {
        ObjectName name = NameOf(target);
        string table = string.Join('.', new[] { name.Catalog, name.Database, name.Name }.Select(SqlPrinter.PrintName));
        await PrepareAsync(target, name, table, rows.Schema, cancellation);
        string columns = Columns(rows.Schema, session.Read(planner => planner.Catalog.Find(name) as CatalogTable));
        string source = SqlPrinter.PrintName(host.NameIngest());
        string names = string.Join(", ", rows.Schema.Fields.Select(static field => SqlPrinter.PrintName(field.Name)));
        PlannedJob job = session.PlanBetween(
            $"CREATE TEMPORARY TABLE {source} ({columns}) WITH ('connector' = '{IngestConnector.ConnectorName}')",
            $"INSERT INTO {table} ({names}) SELECT {names} FROM {source}",
            $"DROP TEMPORARY TABLE {source}");
        using var queue = new IngestQueue();
        LaunchedJob launched = host.Jobs.StartFrom(
            job with
            {
                Settings = [.. job.Settings, new SessionOption(OptionTable.RestartStrategy, "none", OptionOrigin.Set)],
            },
            session.User.Name, new IngestConnector(queue));
        try
        {
            await SendAsync(rows, queue, launched.Running, cancellation);
            await launched.Running.Completion.WaitAsync(cancellation);
        }
        catch
        {
            launched.Running.Cancel();
            throw;
        }

        return launched.Running switch
        {
            { Status: JobStatus.Failed, Failure: { } failure } => throw failure,
            { Status: JobStatus.Cancelled } => throw new ResourceException(6002, "The statement was cancelled."),
            _ => JobRegistry.RowsWritten(job, launched.Running),
        };
    }

    private static async Task SendAsync(ISqlResult rows, IngestQueue queue, RunningJob job, CancellationToken cancellation)
    {
        while (!job.HasEnded && await rows.ReadAsync(cancellation) is { } batch)
        {
            // A job that fails reads no more: its end must not wait behind a full queue.
            Task added = queue.AddAsync(batch, cancellation);
            if (await Task.WhenAny(added, job.Completion) != added)
            {
                queue.Dispose();
            }

            await added;
        }

        queue.Complete();
    }

    /// <summary>Prints a client's columns as a table's; nested ones and those of nothing but nulls take the types of the target.</summary>
    private static string Columns(Schema schema, CatalogTable? target) => string.Join(
        ", ", schema.Fields.Select(field => SqlPrinter.PrintName(field.Name) + " " + IngestTypes.Of(
            field, target?.Columns.FirstOrDefault(column => column.Name == field.Name)?.Type)));

    private ObjectName NameOf(SqlIngest target) => new(
        target.Catalog ?? session.CurrentCatalog, target.Schema ?? session.CurrentDatabase, target.Table);

    private async Task PrepareAsync(
        SqlIngest target, ObjectName name, string table, Schema schema, CancellationToken cancellation)
    {
        bool exists = session.Read(planner => planner.Catalog.Find(name) is not null);
        if (exists && target.IfExists == SqlIngestMode.Append)
        {
            return;
        }

        if (exists && target.IfExists == SqlIngestMode.Fail)
        {
            throw new UserException(2002, $"Table or view '{target.Table}' already exists. Append to it or replace it.");
        }

        if (!exists && !target.CreateIfMissing)
        {
            throw new UserException(2001, $"Table or view '{target.Table}' not found. Create it first, or ask for it to be made.");
        }

        if (!target.Options.ContainsKey("connector"))
        {
            throw new UserException(
                3112, $"Option 'connector' is missing: table '{target.Table}' cannot be made without a place for its rows. "
                + "Send the options of WITH, or CREATE TABLE first and append.");
        }

        string temporary = target.Temporary ? "TEMPORARY " : string.Empty;
        string options = string.Join(
            ", ", target.Options.Select(static o => $"{SqlPrinter.PrintString(o.Key)} = {SqlPrinter.PrintString(o.Value)}"));
        List<string> statements = [$"CREATE {temporary}TABLE {table} ({Columns(schema, target: null)}) WITH ({options})"];
        if (exists)
        {
            statements.Insert(0, $"DROP TABLE {table}");
        }

        foreach (string statement in statements)
        {
            await using StatementResult result = await session.ExecuteAsync(statement, cancellation);
        }
    }
}
