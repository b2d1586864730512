using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Functions;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;
using ColumnStream.Server.Control;
using ColumnStream.Server.Introspection;
using ColumnStream.Server.Introspection.Schemas;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session.Ingest;

namespace ColumnStream.Server.Composition;

/// <summary>Puts one process together: memory, workers, connectors, runner.</summary>
internal sealed class NodeBuilder : IDisposable
{
    /// <summary>Workers that wait for disks and stores: a task's snapshots go while another's are waited for.</summary>
    private const int IoWorkers = 4;

    /// <summary>Idle memory of each kind that stays ready behind the end of a job: what small ones need comes without the system.</summary>
    private const long KeptBytes = 128L << 20;

    private readonly BufferPool _pool = BufferPools.FromEnvironment();
    private WorkerPool? _workers;
    private WorkerPool? _io;
    private StatePool? _pages;
    private readonly Lock _gate = new();
    private readonly List<ControlledJob> _running = [];
    private readonly IReadOnlyList<SystemTable> _ofTheProcess;
    private readonly IReadOnlyList<SystemTable> _all = [];
    private IFailPoints? _failPoints;
    private ControlServer? _control;
    private bool _hasNoControl;
    private TransportTable? _transports;

    /// <summary>Makes the parts that planning needs; workers start with the first job.</summary>
    public NodeBuilder(TextWriter output, TextWriter error, params Connector[] more)
        : this(output, error, ConnectorAccess.All, AllowedFolders.All, more)
    {
    }

    /// <summary>Makes the parts that planning needs, with bounds to what users may reach.</summary>
    /// <param name="output">Where <c>print</c> writes.</param>
    /// <param name="error">Where it writes with 'standard-error'.</param>
    /// <param name="access">What tables may reach.</param>
    /// <param name="stores">Where checkpoints, savepoints and state on disk may lie.</param>
    /// <param name="more">Further connectors.</param>
    public NodeBuilder(
        TextWriter output, TextWriter error, ConnectorAccess access, AllowedFolders stores, params Connector[] more)
    {
        Stores = new ObjectStoreTable(TimeProvider.System, new Random(Environment.ProcessId), Environment.GetEnvironmentVariable)
        {
            Folders = stores, Networks = access.Networks,
        };
        SystemTable[] tables =
        [
            new CheckpointsTable(Jobs), new ErrorsTable(Jobs),
            new FunctionsTable(), new JobsTable(Jobs), new LateRowsTable(Jobs), new OperatorsTable(Jobs),
            new LinksTable(() => _transports?.Links() ?? []), new WatermarksTable(Jobs),
            new MemoryTable(() => Memory, () => NetworkBytes()),
        ];
        _ofTheProcess = tables;
        tables = [.. tables, .. InformationSchema.Tables(() => Definitions(), () => _all)];
        _all = tables;
        Connectors = new ConnectorRegistry(
            ConnectorTable.Create(output, error, null, tables, access).Append(new ResultConnector(receiver: null))
                .Append(new IngestConnector(queue: null)).Concat(more));
    }

    /// <summary>Gets the jobs of this process, which system tables show.</summary>
    public JobDirectory Jobs { get; } = new(TimeProvider.System);

    /// <summary>Gets or sets what gives the definitions that <c>information_schema</c> shows.</summary>
    public Func<CatalogContent> Definitions { get; set; } = static () => new CatalogContent([], []);

    /// <summary>Gets or sets what gives the bytes of the server's network blocks, for <c>sys.memory</c>; 0 without a server.</summary>
    public Func<long> NetworkBytes { get; set; } = static () => 0;

    /// <summary>Gets the stores of checkpoints.</summary>
    public ObjectStoreTable Stores { get; }

    /// <summary>Gets all connectors.</summary>
    public ConnectorRegistry Connectors { get; }

    /// <summary>Gets the process's memory; made with the first job.</summary>
    public BufferAllocator Memory { get; private set; } = null!;

    /// <summary>Gets the pages for state; made with the first job.</summary>
    public StatePool Pages => _pages!;

    /// <summary>Makes what serves system tables to one job, for which <c>information_schema</c> shows other definitions.</summary>
    public Connector SystemOf(CatalogContent content) => ConnectorTable.System(
        [.. _ofTheProcess, .. InformationSchema.Tables(() => content, () => _all)]);

    /// <summary>Makes memory and workers; the first call fixes the limit and the number of workers.</summary>
    public void Prepare(long memoryLimitBytes)
    {
        lock (_gate)
        {
            if (_workers is null)
            {
                ManagedHeap.Limit(memoryLimitBytes);
                Memory = new BufferAllocator("process", _pool, memoryLimitBytes);
                _io = new WorkerPool("io", IoWorkers, TimeProvider.System);
                _pages = new StatePool();
                _failPoints = EnvironmentFailPoints.FromEnvironment();
                _workers = new WorkerPool("worker", Math.Max(1, Environment.ProcessorCount), TimeProvider.System);
            }
        }
    }

    /// <summary>Returns what runs a job: a SELECT's rows go to <paramref name="receiver"/>, and it alone reads <paramref name="source"/>.</summary>
    public JobRunner Runner(long memoryLimitBytes, ResultReceiver? receiver, Connector? source = null)
    {
        Prepare(memoryLimitBytes);
        ConnectorRegistry connectors = receiver is null ? Connectors : Connectors.With(new ResultConnector(receiver));
        connectors = source is null ? connectors : connectors.With(source);
        return new JobRunner(_workers!, _io!, connectors, Memory, _pages!, _failPoints);
    }

    /// <summary>Returns the way of <c>exchange.transport</c>; null hands elements over.</summary>
    public ExchangeRoute? Exchange(string name) => name == "local" ? null : Transports().Route(name);

    /// <summary>Lets other processes of this user see and stop a job; the first call opens the socket.</summary>
    public void Expose(ControlledJob job, Action<string> warn)
    {
        lock (_gate)
        {
            _running.Add(job);
            if (_control is null && !_hasNoControl)
            {
                try
                {
                    _control = new ControlServer();
                }
                catch (ColumnStreamException failure)
                {
                    _hasNoControl = true;
                    warn($"{failure.Message} 'columnstream savepoint', 'stop' and 'cancel' do not reach this job.");
                }
            }

            _control?.Add(job);
        }
    }

    /// <summary>Finds a job of this process that runs, by its name; null when there is none.</summary>
    public ControlledJob? FindRunning(string jobId)
    {
        lock (_gate)
        {
            return _running.Find(job => job.Job.JobId == jobId && !job.Job.HasEnded);
        }
    }

    /// <summary>Takes a job away that has ended, and gives memory back that others have no need of.</summary>
    public void Conceal(ControlledJob job)
    {
        lock (_gate)
        {
            _running.Remove(job);
            _control?.Remove(job);
        }

        if (_pages!.Trim(KeptBytes) + _pool.Trim(KeptBytes) > 0)
        {
            NativeHeap.Trim();
        }
    }

    private TransportTable Transports()
    {
        lock (_gate)
        {
            return _transports ??= new TransportTable(Memory, _workers!, _io!);
        }
    }

    /// <summary>Stops workers and gives memory back.</summary>
    public void Dispose()
    {
        _control?.Dispose();
        _transports?.Dispose();
        _workers?.Dispose();
        _io?.Dispose();
        _pages?.Dispose();
        Stores.Dispose();
        _pool.Dispose();
    }
}
