using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Client;
using ColumnStream.Planner;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Commands;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Server.Shell;

/// <summary>Runs the shell's statements in a session of a server, over Flight SQL; Ctrl-C cancels the running one.</summary>
internal sealed class RemoteEngine : IShellEngine
{
    private static readonly TimeSpan s_signIn = TimeSpan.FromSeconds(30);
    private readonly BufferPool _pool = BufferPools.FromEnvironment();
    private readonly NodeBuilder _completion = new(TextWriter.Null, TextWriter.Null);
    private readonly ScriptPlanner _planner;
    private readonly BufferAllocator _memory;
    private readonly FlightClient _flight;
    private readonly FlightSqlClient _client;
    private readonly RunOptions _options;

    private RemoteEngine(ServerAddress address, RunOptions options)
    {
        _options = options;
        _memory = new BufferAllocator("client", _pool);
        _planner = new ScriptPlanner(_completion.Connectors, PlannerOptions.Default);
        X509Certificate2Collection? roots = address.Roots is null ? null : [];
        roots?.ImportFromPemFile(address.Roots!);
        _flight = new FlightClient(new FlightClientOptions
        {
            Allocator = _memory,
            Reader = IpcReaderOptions.Engine,
            Channel = new GrpcChannelOptions
            {
                Host = address.Host, Port = address.Port, IsEncrypted = address.HasTls, Roots = roots,
                UsesDirectHttp2 = true,
            },
        });
        _client = new FlightSqlClient(_flight);
    }

    /// <inheritdoc/>
    public Catalog Catalog => _planner.Catalog;

    /// <inheritdoc/>
    public ConnectorRegistry Connectors => _completion.Connectors;

    private static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>Connects and signs in.</summary>
    /// <exception cref="GrpcException">The server cannot be reached, or refuses.</exception>
    public static RemoteEngine Connect(ServerAddress address, RunOptions options)
    {
        var engine = new RemoteEngine(address, options);
        try
        {
            engine.SignInAsync(address).GetAwaiter().GetResult();
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Execute(SourceText text, bool isInteractive, out int errorAt)
    {
        errorAt = -1;
        int begin = 0;
        foreach (int end in StatementScanner.Ends(text.Text).Append(text.Text.Length))
        {
            string statement = text.Text[begin..end];
            if (!StatementScanner.IsBlank(statement))
            {
                int code = Run(statement, isInteractive);
                if (code != ExitCode.Done)
                {
                    errorAt = isInteractive && code == ExitCode.Usage ? begin : -1;
                    return code;
                }
            }

            begin = end;
        }

        return ExitCode.Done;
    }

    public void Dispose()
    {
        _flight.Dispose();
        _memory.Dispose();
        _completion.Dispose();
        _pool.Dispose();
    }

    private static QueryResult ResultOf(Schema schema) => new(
        ValueList.From(schema.Fields.Select(static (field, i) => new SqlField(field.Name, TypeOf(field, i)))),
        ChangelogMode.InsertOnly, default, IsOrdered: true);

    private static SqlType TypeOf(Field field, int index)
    {
        string? name = field.Metadata.FirstOrDefault(static entry => entry.Key == ColumnMetadata.TypeNameKey).Value;
        SqlType type = (name is null ? null : StatementParameters.ReadType(name)) ?? ParameterReader.TypeOf(field.Type, index);
        return type.WithNullable(field.Nullable);
    }

    private async Task SignInAsync(ServerAddress address)
    {
        var options = new GrpcCallOptions { Timeout = s_signIn };
        if (address.User is { } user)
        {
            await _flight.LogInAsync(user, address.Password ?? string.Empty, options);
            return;
        }

        // A lasting token is changed for one of this shell alone, on which its session hangs.
        _flight.Headers = address.Token is null ? new GrpcMetadata() : Bearer(address.Token);
        if (await _flight.HandshakeAsync(default, options) is { IsEmpty: false } own)
        {
            _flight.Headers = Bearer(Encoding.UTF8.GetString(own.Span));
        }
    }

    private static GrpcMetadata Bearer(string token)
    {
        var headers = new GrpcMetadata();
        headers.Add("authorization", "Bearer " + token);
        return headers;
    }

    private int Run(string statement, bool isInteractive)
    {
        using var cancellation = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            try
            {
                cancellation.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The statement ended meanwhile.
            }
        });
        try
        {
            RunAsync(statement, isInteractive, new GrpcCallOptions { Cancellation = cancellation.Token }).GetAwaiter().GetResult();
            return ExitCode.Done;
        }
        catch (Exception failure) when (failure is GrpcException or OperationCanceledException)
        {
            if (cancellation.IsCancellationRequested)
            {
                Console.Error.WriteLine("cancelled");
                return isInteractive ? ExitCode.Done : ExitCode.Interrupted;
            }

            var told = failure as GrpcException;
            Console.Error.WriteLine(told is null ? failure.Message
                : told.Status.Message.Contains("error CST", StringComparison.Ordinal) ? told.Status.Message
                : $"error {told.Status.Message}");
            return told?.Status.Code is GrpcStatusCode.InvalidArgument or GrpcStatusCode.NotFound or GrpcStatusCode.AlreadyExists
                or GrpcStatusCode.FailedPrecondition or GrpcStatusCode.Unimplemented or GrpcStatusCode.PermissionDenied
                ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    private async Task RunAsync(string statement, bool isInteractive, GrpcCallOptions options)
    {
        ParseResult parsed = SqlParser.Parse(new SourceText(statement, "sql"));
        SqlStatement? known = parsed.IsSuccess && parsed.Statements.Count == 1 ? SqlStatement.Read(statement) : null;
        bool isSaid = known is { IsQuery: false, StartsJob: false };
        FlightInfo info = await _client.QueryAsync(statement, options);
        await using FlightBatchReader reader = await _client.ReadAsync(info.Endpoints[0], options);
        using ResultReceiver? receiver = isSaid ? null
            : IsText(known) ? new PlainTextReceiver(Console.Out)
            : Receiver(ResultOf(info.DecodeSchema(IpcReaderOptions.Engine)!));
        while (await reader.ReadAsync() is { } read)
        {
            if (read.Batch is { } batch)
            {
                var rows = new StreamBatch(batch);
                receiver?.Receive(rows);
                Warn(isSaid ? batch : null);
                rows.Release();
                receiver?.Refresh();
            }
        }

        receiver?.Complete();
        if (isSaid && isInteractive && !_options.IsQuiet)
        {
            Console.Out.WriteLine("OK");
        }
    }

    /// <summary>Tells whether the answer is one text of several lines.</summary>
    private static bool IsText(SqlStatement? statement) => statement?.Syntax is ExplainStatement
        or ShowStatement { Kind: ShowKind.CreateTable or ShowKind.CreateView or ShowKind.CreateCatalog };

    /// <summary>Shows what the server warns of where a statement has no rows.</summary>
    private void Warn(RecordBatch? answer)
    {
        for (int row = 0; row < (_options.IsQuiet ? 0 : answer?.Length ?? 0); row++)
        {
            string line = CellText.Format(answer!.Columns[0], SqlType.String, row);
            if (line != SqlSession.Done)
            {
                Console.Error.WriteLine(line);
            }
        }
    }

    private ResultReceiver Receiver(QueryResult query) =>
        _options.Format == ResultFormat.Table || (_options.Format is null && IsTerminal)
            ? new MaterializedReceiver(query, _memory, null, isLive: IsTerminal)
            : new EncodedReceiver(
                _options.Format ?? ResultFormat.Csv, query, withOp: false, Console.OpenStandardOutput(), _memory);
}
