using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Catalogs;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Security;

namespace ColumnStream.Server.Session;

/// <summary>Is what all sessions of a process share: its catalog, its jobs, its memory and workers.</summary>
internal sealed class SessionHost : IAsyncDisposable
{
    private readonly PlannerOptions _options;
    private readonly ScriptPlanner _first;
    private readonly JobStore? _records;
    private readonly ConcurrentDictionary<QueryRun, byte> _open = [];
    private long _queries;

    /// <summary>Makes a host.</summary>
    /// <param name="node">The process.</param>
    /// <param name="options">The options that each session begins with.</param>
    /// <param name="store">Keeps catalog and jobs; null keeps them in memory.</param>
    /// <param name="vault">Keeps secrets of what is in the store.</param>
    public SessionHost(NodeBuilder node, PlannerOptions options, IObjectStore? store = null, SecretVault? vault = null)
    {
        Node = node;
        _options = options;
        _first = new ScriptPlanner(node.Connectors, options);
        Codec = store is null || vault is null ? null : new CatalogCodec(BeginPlanning, vault);
        node.Prepare(new JobSettings(options.Settings).MemoryLimitBytes);
        Catalog = new SharedCatalog(
            _first.Catalog.Content(),
            Codec is null ? null : new CatalogStore(store!, Codec, Warn));
        (int most, TimeSpan age) = new JobSettings(options.Settings).EndedJobs;
        _records = Codec is null ? null : new JobStore(store!, most, age, TimeProvider.System);
        Jobs = new JobRegistry(node, _records);
        node.Definitions = () => Catalog.Current.Content;
    }

    /// <summary>Gets what writes definitions for keeping; null where nothing is kept.</summary>
    public CatalogCodec? Codec { get; }

    /// <summary>Gets the process.</summary>
    public NodeBuilder Node { get; }

    /// <summary>Gets the shared catalog.</summary>
    public SharedCatalog Catalog { get; }

    /// <summary>Gets the INSERT jobs.</summary>
    public JobRegistry Jobs { get; }

    /// <summary>Gets the options that each session begins with.</summary>
    public PlannerOptions Options => _options;

    /// <summary>Lets all recorded jobs go on that had not ended; one that cannot is told of and stays recorded.</summary>
    /// <returns>The number of jobs that go on.</returns>
    public int Resume()
    {
        int resumed = 0;
        foreach (JobRecord record in _records?.Unfinished(CannotGoOn) ?? [])
        {
            try
            {
                Jobs.Resume(Plan(record), record, text => OnWarning?.Invoke(text));
                resumed++;
            }
            catch (ColumnStreamException failure)
            {
                CannotGoOn(record.Name, failure);
            }
        }

        return resumed;
    }

    /// <summary>Gets what is told of things that stop nothing, besides the table of errors.</summary>
    public Action<string>? OnWarning { get; init; }

    /// <summary>Gets what is told of statements and of who signs in; null tells nobody.</summary>
    public Auditor? Audit { get; init; }

    /// <summary>Makes a planner with an empty catalog, and what all of them share. From any thread.</summary>
    public ScriptPlanner BeginPlanning() => _first.Begin();

    /// <summary>Makes a name for the job of a SELECT.</summary>
    public string NameQuery() => $"select-{Interlocked.Increment(ref _queries)}";

    /// <summary>Makes a name for the table of rows that a client sends.</summary>
    public string NameIngest() => $"rows-of-a-client-{Interlocked.Increment(ref _queries)}";

    /// <summary>Remembers a SELECT whose rows are read, until <see cref="Forget"/>.</summary>
    public void Remember(QueryRun query) => _open[query] = 0;

    /// <summary>Forgets a SELECT that is over.</summary>
    public void Forget(QueryRun query) => _open.TryRemove(query, out _);

    /// <summary>Begins a session.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="from">Where its user called from, or null.</param>
    public SqlSession Open(Principal user, string? from = null) => new(this, user) { From = from };

    private void CannotGoOn(string job, ColumnStreamException failure)
    {
        Node.Jobs.AddError(job, "error", failure.Code, $"Job {job} cannot go on: {failure.Message}");
        OnWarning?.Invoke($"Job {job} cannot go on: {failure.Message}");
    }

    private void Warn(string text)
    {
        Node.Jobs.AddError("catalog", "warning", null, text);
        OnWarning?.Invoke(text);
    }

    /// <summary>Plans a recorded job with the definitions and options that it was started with.</summary>
    private PlannedJob Plan(JobRecord record)
    {
        var broken = new List<(DefinitionRecord Definition, string Reason)>();
        ScriptPlanner session = record.Definitions is null
            ? throw new ExternalException(5061, $"Record of job {record.Name} has no definitions.", retryable: false)
            : Codec!.Read(record.Definitions, broken);
        session.Catalog.Use(record.Catalog, record.Database);
        foreach ((string key, string value) in record.Options)
        {
            session.Set(key, value);
        }

        SqlStatement statement = SqlStatement.Read(record.Statement);
        StatementParameters? parameters = null;
        if (record.Parameters.Count > 0)
        {
            parameters = StatementParameters.Bound(
                ValueList.From(record.Parameters.Select(p => TypeOf(p.Type, record))),
                ValueList.From(record.Parameters.Select(p => new LiteralExpression(
                    p.Value, TypeOf(p.ValueType, record).WithNullable(p.Value is null)))));
            statement = statement.ParameterCount == parameters.Count
                ? statement : statement.Repeated(parameters.Count / Math.Max(1, statement.ParameterCount)) ?? statement;
        }

        PlanResult plan = session.Plan(statement.Parsed, parameters);
        return plan.IsSuccess
            ? plan.Statements.OfType<PlannedJob>().Last()
            : throw SqlStatement.Wrong(plan.Source, plan.Errors[0]);
    }

    private static SqlType TypeOf(string text, JobRecord record) => text == "NULL" ? SqlType.Null
        : StatementParameters.ReadType(text) ?? throw new ExternalException(
            5061, $"Record of job {record.Name} has a parameter of an unknown type: {text}.", retryable: false);

    /// <summary>Ends SELECTs that are still read, cancels jobs that run, and waits for what is done behind their end.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (QueryRun query in _open.Keys)
        {
            await query.DisposeAsync();
        }

        await Jobs.DisposeAsync();
    }
}
