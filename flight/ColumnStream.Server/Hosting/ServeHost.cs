using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Storage;
using ColumnStream.Flight.Hosting;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Service;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Server.Catalogs;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Security;
using ColumnStream.Server.Session;

namespace ColumnStream.Server.Hosting;

/// <summary>Is one server process: a folder, the engine, and the listeners. The place where both meet.</summary>
internal sealed class ServeHost : IAsyncDisposable
{
    /// <summary>The folder, in the data folder, that paths of SQL belong to.</summary>
    public const string FilesFolder = "files";

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);
    private readonly ServeOptions _options;
    private readonly FolderLock _folder;
    private readonly AuditLog _audit;
    private readonly NodeBuilder _node;
    private readonly SessionHost _sessions;
    private readonly FlightSqlService _service;
    private readonly FlightServer _server;
    private HealthEndpoint? _health;
    private volatile bool _isReady;

    /// <summary>Opens the folder; listens from <see cref="StartAsync"/> on.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="output">Receives what <c>print</c> tables write.</param>
    /// <param name="log">Receives lines for who runs the server.</param>
    /// <exception cref="ColumnStreamException">An option is wrong, the folder is in use or damaged.</exception>
    public ServeHost(ServeOptions options, TextWriter output, TextWriter log)
    {
        Check(options);
        _options = options;
        IReadOnlyList<GrpcListener> listeners = Listeners(options, log);
        string data = Path.GetFullPath(options.DataFolder);
        Create(data);
        foreach (string name in new[] { "store", FilesFolder, "checkpoints", "savepoints" })
        {
            Create(Path.Combine(data, name));
        }

        _folder = FolderLock.Acquire(data);
        try
        {
            var store = new LocalObjectStore(Path.Combine(data, "store"));
            Accounts = new Accounts(store, TimeProvider.System);
            FirstToken = options.NeedsLogin && Accounts.Users.Count == 0 ? MakeAdministrator() : null;
            _audit = new AuditLog(Path.Combine(data, AuditTrail.FileName), TimeProvider.System);
            _node = new NodeBuilder(output, output, AccessOf(options, data), StoresOf(options, data));
            _sessions = new SessionHost(
                _node, Defaults(options.Session, data), store,
                new SecretVault(store, SecretVault.KeyOf(Path.Combine(data, "secret.key"), store)))
            {
                OnWarning = text => log.WriteLine($"warning: {text}"),
                Audit = new Auditor(_audit, TimeProvider.System),
            };
        }
        catch
        {
            _node?.Dispose();
            _audit?.Dispose();
            _folder.Dispose();
            throw;
        }

        _service = new FlightSqlService(
            new FlightBackend(_sessions, options.NeedsLogin ? Accounts : null, TimeProvider.System), _node.Memory,
            new FlightSqlOptions(), TimeProvider.System);
        _server = new FlightServer(_service, new FlightServerOptions
        {
            Allocator = _node.Memory,
            Grpc = new GrpcServerOptions
            {
                Listeners = listeners,
                Profile = GrpcProfile.Clients with { MaxConnections = options.MaxConnections },
                KnowsCallers = true,
                OwnStatus = ErrorStatus.OfLimit,
                MapError = ErrorStatus.Of,
                Log = failure => log.WriteLine($"error: {failure}"),
                IdleTimeout = options.IdleTimeout,
                OnIdle = text =>
                {
                    log.WriteLine($"warning CST6005: {text}");
                    _node.Jobs.AddError("flight", "warning", 6005, text);
                },
            },
        });
        _node.NetworkBytes = () => _server.NetworkBytes;
    }

    /// <summary>Gets the users.</summary>
    public Accounts Accounts { get; }

    /// <summary>Gets the token of the administrator that the first start made, to be shown once; null at all others.</summary>
    public string? FirstToken { get; }

    /// <summary>Gets where Flight clients connect, once it listens.</summary>
    public IPEndPoint? Address => _server.Addresses.Count > 0 ? _server.Addresses[0] : null;

    /// <summary>Gets where health is asked for, once it listens; null where nobody may.</summary>
    public IPEndPoint? HealthAddress => _health?.Address;

    /// <summary>Lets recorded jobs go on, and then listens; returns the number of jobs.</summary>
    public async Task<int> StartAsync(CancellationToken cancellation)
    {
        _health = _options.Health is null ? null : new HealthEndpoint(_options.Health, () => _isReady);
        int resumed = _sessions.Resume();
        await _server.StartAsync(cancellation);
        _isReady = true;
        return resumed;
    }

    /// <summary>Takes no new statements, stops each job behind a savepoint, lets answers under way end, and goes.</summary>
    /// <param name="limit">The longest that savepoints may take; a job without one stops behind a last checkpoint.</param>
    /// <param name="log">Receives a line a job.</param>
    public async Task StopAsync(TimeSpan limit, TextWriter log)
    {
        _isReady = false;
        Task stopped = _server.StopAsync(s_drain);
        _sessions.Jobs.BeginClosing();
        await Task.WhenAll(_sessions.Jobs.Running.Select(job => SaveAsync(job, limit, log)));
        await stopped;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_health is not null)
        {
            await _health.DisposeAsync();
        }

        await _server.DisposeAsync();
        await _service.DisposeAsync();
        await _sessions.DisposeAsync();
        _node.Dispose();
        _audit.Dispose();
        _folder.Dispose();
    }

    /// <summary>Refuses to let the network in where nobody is asked who he is, or where passwords could be read on their way.</summary>
    /// <exception cref="UserException">It is so.</exception>
    internal static void Check(ServeOptions options)
    {
        if (!IPAddress.IsLoopback(options.Address.Address))
        {
            string? missing = options.Certificate is null ? "TLS (--tls-cert FILE)"
                : !options.NeedsLogin ? "users (leave out --no-auth)" : null;
            if (missing is not null)
            {
                throw new UserException(
                    3111, $"Address {options.Address} is open to the network and needs {missing}. Or listen at 127.0.0.1.");
            }
        }

        if (options.Health is { } health && !IPAddress.IsLoopback(health.Address))
        {
            throw new UserException(3111, $"Address of --health is open to the network: {health}. Expected 127.0.0.1.");
        }
    }

    private static PlannerOptions Defaults(PlannerOptions session, string data) => session with
    {
        Settings =
        [
            new SessionOption(OptionTable.CheckpointFolder, Path.Combine(data, "checkpoints"), OptionOrigin.File),
            new SessionOption(OptionTable.SavepointFolder, Path.Combine(data, "savepoints"), OptionOrigin.File),
            new SessionOption(OptionTable.CheckpointInterval, "10 s", OptionOrigin.File),
            .. session.Settings,
        ],
    };

    /// <summary>Opens the folder of files and those that were named, and keeps the rest of the data folder and the key closed.</summary>
    private static ConnectorAccess AccessOf(ServeOptions options, string data)
    {
        return new ConnectorAccess(
            new AllowedFolders(
                Path.Combine(data, FilesFolder), [Path.Combine(data, FilesFolder), .. Named(options)],
                Closed(options, data)),
            new AllowedNetworks(
                options.AllowedEgress, static (host, cancellation) => Dns.GetHostAddressesAsync(host, cancellation)));
    }

    /// <summary>Opens the folders of checkpoints and savepoints too, and those that the command line names for state.</summary>
    private static AllowedFolders StoresOf(ServeOptions options, string data)
    {
        var settings = new JobSettings(options.Session.Settings);
        return new AllowedFolders(
            Environment.CurrentDirectory,
            [
                Path.Combine(data, "checkpoints"), Path.Combine(data, "savepoints"), Path.Combine(data, FilesFolder),
                .. Named(options),
                .. new[] { OptionTable.CheckpointFolder, OptionTable.SavepointFolder, OptionTable.RecoveryPath }
                    .Where(key => options.Session.Settings.Any(setting => setting.Key == key))
                    .Select(key => ObjectStoreTable.FolderOf(settings.Text(key)!)).OfType<string>(),
                .. settings.Text(OptionTable.TemporaryFolders)?.Split(
                    ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            ],
            Closed(options, data));
    }

    private static IReadOnlyList<string> Closed(ServeOptions options, string data) =>
        [data, .. new[] { options.Key ?? options.Certificate }.OfType<string>()];

    private static IReadOnlyList<string> Named(ServeOptions options) => [.. options.AllowedFolders.Select(static folder =>
        Directory.Exists(folder) ? Path.GetFullPath(folder)
            : throw new UserException(3111, $"Folder of --allow-path does not exist: {folder}."))];

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static IReadOnlyList<GrpcListener> Listeners(ServeOptions options, TextWriter log)
    {
        try
        {
            var network = new GrpcListener
            {
                Address = options.Address,
                Files = options.Certificate is null ? null : new CertificateFiles(
                    options.Certificate, options.Key, options.ClientRoots, TimeProvider.System,
                    text => log.WriteLine($"TLS: {text}")),
                AllowedNetworks = options.AllowedNetworks,
            };
            return options.UnixSocket is null ? [network] : [network, GrpcListener.Unix(options.UnixSocket)];
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UserException(3111, $"Certificate or key cannot be read: {failure.Message} Expected PEM files.", failure);
        }
    }

    private string MakeAdministrator()
    {
        Accounts.Change("admin", static user => user with { Role = AccessRules.Name(Role.Admin) });
        return Accounts.AddToken("admin", lifetime: null);
    }

    private async Task SaveAsync(LaunchedJob job, TimeSpan limit, TextWriter log)
    {
        string name = job.Running.JobId;
        try
        {
            Savepoint savepoint = job.Controlled.TakeSavepoint(null, SavepointStop.Suspend);
            await savepoint.Completion.WaitAsync(limit, TimeProvider.System);
            if (savepoint.Failure is { } failure)
            {
                throw failure;
            }

            await job.Running.Completion.WaitAsync(limit, TimeProvider.System);
            await log.WriteLineAsync($"{name}: stopped behind the savepoint {savepoint.Address}");
            _sessions.Jobs.Saved(name, savepoint.Address);
        }
        catch (Exception failure) when (failure is ColumnStreamException or TimeoutException)
        {
            // The newest checkpoint is there all the same, and the next process goes on from it.
            await log.WriteLineAsync($"warning: {name}: no savepoint at the end: {failure.Message}");
            job.Running.Cancel();
        }
    }
}
