using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Catalogs;
using ColumnStream.Server.Introspection;
using ColumnStream.Server.Results;
using ColumnStream.Server.Security;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Server.Session;

/// <summary>Holds one client's current catalog and database, options, temporary tables and who it is, and runs its statements.</summary>
/// <remarks>
/// Statements may come from several threads: they are planned one after the other, and run side by side. What a statement defines is
/// published to the shared catalog at once, against the version that it was planned with.
/// </remarks>
internal sealed class SqlSession
{
    /// <summary>What a statement without rows answers a client that asks for rows.</summary>
    public const string Done = "OK";

    private const int PublishAttempts = 10;
    private static readonly ValueList<string> s_done = ["result"];
    private static readonly ValueList<string> s_started = ["job id"];
    private readonly Lock _gate = new();
    private readonly SessionHost _host;
    private readonly StatementExecutor _executor;
    private readonly ScriptPlanner _planner;
    private long _version = -1;

    public SqlSession(SessionHost host, Principal user)
    {
        _host = host;
        User = user;
        _executor = new StatementExecutor(host.Node, new SessionSurroundings(host, () => User, PlanAside));
        _planner = host.BeginPlanning();
    }

    /// <summary>Gets or sets who asks, with the role of today.</summary>
    public Principal User { get; set; }

    /// <summary>Gets where its user called from when it began, or null.</summary>
    public string? From { get; init; }

    /// <summary>Gets the catalog that names without one belong to.</summary>
    public string CurrentCatalog => Read(static planner => planner.Catalog.CurrentCatalog);

    /// <summary>Gets the database that names without one belong to.</summary>
    public string CurrentDatabase => Read(static planner => planner.Catalog.CurrentDatabase);

    /// <summary>Gets the options in effect, sorted by key.</summary>
    public ValueList<SessionOption> Settings => Read(static planner => planner.Settings);

    /// <summary>Looks at the session's newest catalog and options while nothing changes them.</summary>
    public T Read<T>(Func<ScriptPlanner, T> look)
    {
        lock (_gate)
        {
            Refresh();
            return look(_planner);
        }
    }

    /// <summary>Reads and describes a statement, which does nothing yet.</summary>
    /// <exception cref="ColumnStreamException">It is wrong, or refused.</exception>
    public PreparedStatement Prepare(string sql)
    {
        SqlStatement statement = SqlStatement.Read(sql);
        Allow(statement.Syntax);
        lock (_gate)
        {
            Refresh();
            if (!statement.IsPlannedFreely)
            {
                return new PreparedStatement(statement, default, ColumnsOf(statement, null, asOp: false), AsOp: false);
            }

            ValueList<SqlType> types = Infer(statement);
            bool asOp = WantsChanges();
            PlanResult plan = Plan(statement, StatementParameters.Typed(types), asOp);
            return new PreparedStatement(statement, types, ColumnsOf(statement, plan, asOp), asOp);
        }
    }

    /// <summary>Runs a statement.</summary>
    /// <exception cref="ColumnStreamException">It is wrong, refused, or failed.</exception>
    public Task<StatementResult> ExecuteAsync(string sql, CancellationToken cancellation) =>
        ExecuteAsync(sql, waits: null, cancellation);

    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="waits">Whether an INSERT waits for a job whose input ends, where the option does not say it.</param>
    /// <param name="cancellation">Ends the wait and the job waited for.</param>
    public async Task<StatementResult> ExecuteAsync(string sql, bool? waits, CancellationToken cancellation) =>
        await RunAsync(SqlStatement.Read(sql), null, waits, prepared: null, cancellation);

    /// <summary>Runs a prepared statement.</summary>
    /// <param name="prepared">The statement.</param>
    /// <param name="values">Values for its parameters; of VALUES without expressions as many rows of them as one likes.</param>
    /// <param name="waits">Whether an INSERT waits for a job whose input ends, where the option does not say it.</param>
    /// <param name="cancellation">Ends the wait and the job waited for.</param>
    public Task<StatementResult> ExecuteAsync(
        PreparedStatement prepared, ValueList<LiteralExpression> values, bool? waits, CancellationToken cancellation)
    {
        int count = prepared.ParameterTypes.Count;
        if (values.Count == count)
        {
            return RunAsync(
                prepared.Statement, StatementParameters.Bound(prepared.ParameterTypes, values), waits, prepared, cancellation);
        }

        if (count > 0 && values.Count > 0 && values.Count % count == 0
            && prepared.Statement.Repeated(values.Count / count) is { } many)
        {
            SqlType[] types = [.. Enumerable.Repeat(prepared.ParameterTypes, values.Count / count).SelectMany(static row => row)];
            return RunAsync(
                many, StatementParameters.Bound(ValueList.Create<SqlType>(types), values), waits, prepared, cancellation);
        }

        throw new UserException(
            3164,
            $"Parameters do not fit the statement: it has {count}, and {values.Count} values came. Bind one value for each '?'.");
    }

    /// <summary>Plans an INSERT between a definition and its end, both of this moment alone.</summary>
    /// <exception cref="ColumnStreamException">It is wrong, or refused.</exception>
    public PlannedJob PlanBetween(string define, string insert, string end)
    {
        SqlStatement statement = SqlStatement.Read(insert);
        Allow(statement.Syntax);
        lock (_gate)
        {
            Refresh();
            _ = Checked(_planner.Plan(SqlStatement.Read(define).Parsed));
            try
            {
                return Checked(_planner.Plan(statement.Parsed)).Statements.OfType<PlannedJob>().Single();
            }
            finally
            {
                _ = _planner.Plan(SqlStatement.Read(end).Parsed);
            }
        }
    }

    private void Allow(Statement statement)
    {
        try
        {
            AccessRules.Check(User, statement);
        }
        catch (UserException)
        {
            _host.Audit?.Write(User, From, statement, Auditor.Denied);
            throw;
        }
    }

    private async Task<StatementResult> RunAsync(
        SqlStatement statement, StatementParameters? parameters, bool? waits, PreparedStatement? prepared,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Allow(statement.Syntax);
        _host.Audit?.Write(User, From, statement.Syntax, Auditor.Allowed);
        if (parameters is null && statement.ParameterCount > 0)
        {
            throw new UserException(
                3164,
                $"Parameters do not fit the statement: it has {statement.ParameterCount} and no values came. "
                + "Prepare it and bind them.");
        }

        PlanResult plan;
        JobRecord request;
        bool asOp;
        Connector? system;
        lock (_gate)
        {
            asOp = prepared?.AsOp ?? WantsChanges();
            plan = PlanAndPublish(statement, parameters, asOp);
            request = Describe(statement, plan, parameters);
            system = SystemOf(plan);
            if (prepared is not null && !AreSame(ColumnsOf(statement, plan, asOp), prepared.Columns))
            {
                throw new UserException(
                    3162,
                    "Statement has other columns than when it was prepared: its tables were changed meanwhile. Prepare it again.");
            }
        }

        foreach (SqlDiagnostic warning in plan.Warnings)
        {
            _host.Node.Jobs.AddError(User.Name, "warning", warning.Code, TextOf(warning));
        }

        StatementResult? result = null;
        foreach (PlannedStatement planned in plan.Statements)
        {
            if (result is not null)
            {
                await result.DisposeAsync();
            }

            result = planned switch
            {
                PlannedJob { Query: { } query } job => Select(job, query, asOp, system),
                PlannedJob job => await InsertAsync(job, request, waits, cancellation),
                PlannedJobAnalysis analysis => FixedResult.Of(
                    await JobAnalysis.MeasureAsync(_host.Node.Jobs, analysis, cancellation), _host.Node.Memory),
                // Not on this thread, which may be the turn of all calls of an address: STOP JOB waits for its savepoint.
                _ => Tabled(await Task.Run(() => _executor.Answer(planned), cancellation), plan.Warnings),
            };
        }

        return result ?? Tabled(new StatementAnswer(string.Empty) { UpdateCount = 0 }, plan.Warnings);
    }

    /// <summary>Gives a table to what has none: clients that ask for rows are told that all is well, or what is not.</summary>
    private FixedResult Tabled(StatementAnswer answer, ValueList<SqlDiagnostic> warnings) => FixedResult.Of(
        answer.HasRows ? answer : answer with
        {
            Columns = s_done, Rows = [[Done], .. warnings.Select(static warning => ValueList.Create([TextOf(warning)]))],
        },
        _host.Node.Memory);

    private static string TextOf(SqlDiagnostic warning) =>
        $"warning CST{warning.Code:D4}: {warning.Message}{(warning.Hint is null ? "" : " " + warning.Hint)}";

    /// <summary>Plans a statement on the newest catalog, and publishes what it defines; anew, where somebody else was first.</summary>
    private PlanResult PlanAndPublish(SqlStatement statement, StatementParameters? parameters, bool asOp)
    {
        for (int attempt = 1; ; attempt++)
        {
            Refresh();
            PlanResult plan = Plan(statement, parameters, asOp);
            if (!plan.Statements.OfType<PlannedDefinition>().Any())
            {
                return plan;
            }

            CatalogContent content = _planner.Catalog.Content();
            if (IsSame(content, _host.Catalog.Current.Content))
            {
                return plan;
            }

            bool isPublished;
            try
            {
                isPublished = _host.Catalog.TryPublish(_version, content);
            }
            catch
            {
                // What was planned here is not what others see.
                _version = -1;
                throw;
            }

            if (isPublished)
            {
                _version++;
                return plan;
            }

            _version = -1;
            if (attempt == PublishAttempts)
            {
                throw new ExternalException(
                    5060,
                    $"The catalog was changed by others {attempt} times in a row while this statement was planned. Send it again.",
                    retryable: true);
            }
        }
    }

    private static bool IsSame(CatalogContent left, CatalogContent right) =>
        left.Objects.SequenceEqual(right.Objects, ReferenceEqualityComparer.Instance)
        && left.Catalogs.Count == right.Catalogs.Count
        && left.Catalogs.Zip(right.Catalogs).All(pair =>
            pair.First.Name == pair.Second.Name && pair.First.Comment == pair.Second.Comment
            && pair.First.Options == pair.Second.Options
            && pair.First.Databases.Values.SequenceEqual(pair.Second.Databases.Values));

    private void Refresh()
    {
        (long version, CatalogContent content) = _host.Catalog.Current;
        if (version != _version)
        {
            _planner.Catalog.Load(content);
            _version = version;
        }
    }

    private ValueList<SqlType> Infer(SqlStatement statement)
    {
        if (statement.ParameterCount == 0)
        {
            return default;
        }

        StatementParameters inferring = StatementParameters.Infer(statement.ParameterCount);
        _ = _planner.Plan(statement.Parsed, inferring);
        return inferring.Types;
    }

    /// <summary>Plans statements with what the session sees; definitions among them count for the statements behind them alone.</summary>
    private PlanResult PlanAside(string text)
    {
        ParseResult parsed = SqlParser.Parse(new SourceText(text, "sql"));
        foreach (Statement statement in parsed.Statements)
        {
            AccessRules.Check(User, statement);
        }

        ScriptPlanner planner = _host.BeginPlanning();
        lock (_gate)
        {
            Refresh();
            planner.Catalog.Load(_planner.Catalog.Content());
            foreach (CatalogObject entry in _planner.Catalog.TemporaryObjects)
            {
                planner.Catalog.Replace(entry);
            }

            planner.Catalog.Use(_planner.Catalog.CurrentCatalog, _planner.Catalog.CurrentDatabase);
            foreach (SessionOption option in _planner.Settings.Where(option => option.Origin == OptionOrigin.Set))
            {
                planner.Set(option.Key, option.Value);
            }
        }

        return Checked(planner.Plan(parsed));
    }

    /// <summary>Plans a statement; a SELECT over inputs that end is planned in batch mode unless the session says another.</summary>
    private PlanResult Plan(SqlStatement statement, StatementParameters? parameters, bool asOp)
    {
        PlanResult plan = Checked(_planner.Plan(statement.Parsed, parameters));
        if (plan.Statements is [PlannedJob { Query: { } query } job])
        {
            bool isChosen = _planner.Settings.Any(s => s.Key == OptionTable.RuntimeMode && s.Origin != OptionOrigin.Default);
            if (!asOp && !isChosen && job.IsBounded
                && _planner.PlanAsBatch(statement.Parsed, parameters) is { IsSuccess: true } batch)
            {
                plan = batch;
            }

            if (!asOp && !job.IsBounded && query.Changelog != ChangelogMode.InsertOnly)
            {
                throw new UserException(
                    3010,
                    "Rows of the result change, and the input has no end: there are no final rows to return. "
                    + $"SET '{OptionTable.ResultMode}' = 'CHANGELOG' gives each change with its kind in a column op; "
                    + "or write the query into a table by INSERT INTO, or aggregate over windows, whose rows come once.");
            }

            AccessRules.Check(User, (PlannedJob)plan.Statements[0], _planner.Catalog);
        }

        return plan;
    }

    private static PlanResult Checked(PlanResult plan) =>
        plan.IsSuccess ? plan : throw SqlStatement.Wrong(plan.Source, plan.Errors[0]);

    /// <summary>Tells whether the session wants each change with its kind instead of final rows.</summary>
    private bool WantsChanges() => string.Equals(
        new JobSettings(_planner.Settings).Text(OptionTable.ResultMode), "CHANGELOG", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gives what serves system tables to a SELECT of a session with temporary tables, which nobody else sees; else null.</summary>
    private Connector? SystemOf(PlanResult plan) =>
        _planner.Catalog.TemporaryObjects.Any()
        && plan.Statements.OfType<PlannedJob>().Any(job => job.Query is not null && job.Graph.Plan.Nodes.Any(
            node => node is SourceNode source && _planner.Catalog.IsSystemDatabase(source.Table.Name.Split('.')[^2])))
            ? _host.Node.SystemOf(_planner.Catalog.Content() with { Objects = [.. _planner.Catalog.Objects] }) : null;

    private static ValueList<SqlField> ColumnsOf(SqlStatement statement, PlanResult? plan, bool asOp) =>
        (plan?.Statements ?? default) switch
        {
            _ when !statement.IsQuery => Texts(statement.StartsJob ? s_started : s_done),
            [PlannedJob { Query: { } query }] => asOp ? [ChangelogMarks.Column, .. query.Columns] : query.Columns,
            [PlannedListing listing] => Texts(listing.Columns),
            [PlannedJobAnalysis] => Texts(JobAnalysis.Columns),
            [PlannedIntegrity] => Texts(IntegrityView.Columns),
            [PlannedUpgrade] => Texts(UpgradeView.Columns),
            [PlannedStop stop] => Texts(SessionSurroundings.ColumnsOf(stop)),
            _ => default,
        };

    private static bool AreSame(ValueList<SqlField> left, ValueList<SqlField> right) =>
        left.Count == right.Count
        && left.Zip(right).All(pair =>
            pair.First.Name == pair.Second.Name && pair.First.Type.ToArrow() == pair.Second.Type.ToArrow());

    private static ValueList<SqlField> Texts(ValueList<string> columns) =>
        ValueList.From(columns.Select(name => new SqlField(name, SqlType.String)));

    /// <summary>Says what a job that the statement starts has to be started again with.</summary>
    private JobRecord Describe(SqlStatement statement, PlanResult plan, StatementParameters? parameters) => new(
        Name: string.Empty, User.Name, statement.Text, _planner.Catalog.CurrentCatalog, _planner.Catalog.CurrentDatabase,
        TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())
    {
        Options = _planner.Settings.Where(option => option.Origin == OptionOrigin.Set)
            .ToDictionary(option => option.Key, option => option.Value, StringComparer.Ordinal),
        Parameters =
        [
            .. (parameters?.Values ?? default).Select((value, i) => new ParameterRecord(
                parameters!.Types[i].ToString(), value.Type.WithNullable(true).ToString(), value.Value)),
        ],
        Definitions = plan.Statements.OfType<PlannedJob>().Any(job => job.Query is null)
            ? _host.Codec?.Write(
                _planner.Catalog.Content(), _planner.Catalog.TemporaryObjects.Select(entry => _host.Codec.Write(entry)))
            : null,
    };

    private QueryRun Select(PlannedJob job, QueryResult query, bool asOp, Connector? system)
    {
        // Final rows are state until the end, which may go to disk; only what never ends is kept here.
        job = asOp ? job : job.WithFinalRows();
        query = job.Query!;
        var queue = new BatchQueue(query, asOp, _host.Node.Memory);
        ResultReceiver receiver = asOp || query.Changelog == ChangelogMode.InsertOnly
            ? queue : new MaterializedReceiver(query, _host.Node.Memory, queue, isLive: false);
        LaunchedJob launched = new JobLauncher(_host.Node).Start(
            job, new JobLaunch("select", 0, "none") { Name = _host.NameQuery(), CancelsAtOnce = true }, receiver,
            text => _host.OnWarning?.Invoke($"SELECT of {User.Name}: {text}"), system);
        return new QueryRun(queue, receiver, launched, _host) { Summary = job.Summary, IsUnbounded = !job.IsBounded };
    }

    private async Task<StatementResult> InsertAsync(
        PlannedJob job, JobRecord request, bool? waits, CancellationToken cancellation)
    {
        LaunchedJob launched = _host.Jobs.Start(job, request, text => _host.OnWarning?.Invoke(text));
        string? option = new JobSettings(job.Settings).Text(OptionTable.DmlSync);
        bool isWaited = job.IsBounded
            && (option is null ? waits == true : string.Equals(option, "true", StringComparison.OrdinalIgnoreCase));
        if (!isWaited)
        {
            return Started(launched.Running.JobId, job.Summary, -1);
        }

        try
        {
            await launched.Running.Completion.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            launched.Running.Cancel();
            throw;
        }

        return launched.Running switch
        {
            { Status: JobStatus.Failed, Failure: { } failure } => throw failure,
            { Status: JobStatus.Cancelled } => throw new ResourceException(
                6002, $"The statement was cancelled: {launched.Running.JobId}."),
            _ => Started(launched.Running.JobId, job.Summary, JobRegistry.RowsWritten(job, launched.Running)),
        };
    }

    private FixedResult Started(string id, string summary, long rows)
    {
        FixedResult table = FixedResult.Of(
            new StatementAnswer(summary) { Columns = s_started, Rows = [[id]] }, _host.Node.Memory);
        return table.With(id, rows);
    }
}
