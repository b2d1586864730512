using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Client;
using ColumnStream.Flight.Sql.Protos;
using ColumnStream.Flight.Sql.Service;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Server.Security;
using ColumnStream.Testing.Contracts;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Xunit;
using Messages = ColumnStream.Flight.Protos;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: who may do what, over every method, command and action. Method: the whole server; methods come from the service's own class,
/// messages from Flight SQL's description; what is there and has no line here fails.
/// </summary>
public sealed class AccessTableTests : IAsyncLifetime
{
    private const string Password = "correct horse";
    private static readonly string[] s_roles = ["", "viewer", "developer", "operator", "admin"];

    /// <summary>Each message with who may send it at least: "sql" means that it depends on the statement inside.</summary>
    private static readonly Dictionary<string, string> s_messages = new(StringComparer.Ordinal)
    {
        ["ActionBeginSavepointRequest"] = "refused",
        ["ActionBeginTransactionRequest"] = "refused",
        ["ActionCancelQueryRequest"] = "own handle",
        ["ActionClosePreparedStatementRequest"] = "own handle",
        ["ActionCreatePreparedStatementRequest"] = "sql",
        ["ActionCreatePreparedSubstraitPlanRequest"] = "refused",
        ["ActionEndSavepointRequest"] = "refused",
        ["ActionEndTransactionRequest"] = "refused",
        ["CommandGetCatalogs"] = "viewer",
        ["CommandGetCrossReference"] = "viewer",
        ["CommandGetDbSchemas"] = "viewer",
        ["CommandGetExportedKeys"] = "viewer",
        ["CommandGetImportedKeys"] = "viewer",
        ["CommandGetPrimaryKeys"] = "viewer",
        ["CommandGetSqlInfo"] = "viewer",
        ["CommandGetTables"] = "viewer",
        ["CommandGetTableTypes"] = "viewer",
        ["CommandGetXdbcTypeInfo"] = "viewer",
        ["CommandPreparedStatementQuery"] = "own handle",
        ["CommandPreparedStatementUpdate"] = "own handle",
        ["CommandStatementIngest"] = "developer",
        ["CommandStatementQuery"] = "sql",
        ["CommandStatementSubstraitPlan"] = "refused",
        ["CommandStatementUpdate"] = "sql",
        ["TicketStatementQuery"] = "own handle",
    };

    /// <summary>Actions that are not messages of Flight SQL, with who may ask for them.</summary>
    private static readonly Dictionary<string, string> s_actions = new(StringComparer.Ordinal)
    {
        ["CancelFlightInfo"] = "own handle",
        ["CloseSession"] = "viewer",
        ["GetSessionOptions"] = "viewer",
        ["RenewFlightEndpoint"] = "own handle",
        ["SetSessionOptions"] = "sql",
    };

    /// <summary>A statement for each role that may run it at least; each leaves nothing that the next one would stumble over.</summary>
    private static readonly (string Sql, Role Needed)[] s_statements =
    [
        ("SELECT 1", Role.Viewer),
        ("SHOW TABLES", Role.Viewer),
        ("SET 'table.exec.state.ttl' = '1 h'", Role.Viewer),
        ("CREATE TABLE IF NOT EXISTS made (a INT) WITH ('connector' = 'blackhole')", Role.Developer),
        ("INSERT INTO hole VALUES (1)", Role.Developer),
        ("DROP TABLE IF EXISTS nothing", Role.Developer),
        ("SET 'fs.oss.region' = 'cn-hangzhou'", Role.Admin),
        ("SET 'execution.checkpointing.dir' = '/etc'", Role.Admin),
    ];

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, ServeClient> _clients = new(StringComparer.Ordinal);
    private ServeHost _host = null!;

    private static IEnumerable<MessageDescriptor> Described => FlightSqlReflection.Descriptor.MessageTypes.Where(static m =>
        m.Name.StartsWith("Command", StringComparison.Ordinal) || m.Name.StartsWith("Ticket", StringComparison.Ordinal)
        || (m.Name.StartsWith("Action", StringComparison.Ordinal) && m.Name.EndsWith("Request", StringComparison.Ordinal)));

    public async Task InitializeAsync()
    {
        _host = new ServeHost(
            new ServeOptions(_folder.At("data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default), TextWriter.Null, TextWriter.Null);
        await _host.StartAsync(default);
        _clients[""] = new ServeClient(_host.Address!);
        foreach (string role in s_roles[1..])
        {
            _host.Accounts.Change(role, user => user with { Password = PasswordHash.Of(Password), Role = role });
            _clients[role] = new ServeClient(_host.Address!);
            await _clients[role].LogInAsync(role, Password);
        }

        foreach (string table in new[] { "hole (a INT) WITH ('connector' = 'blackhole')", "endless (a INT) WITH ('connector' = 'datagen')" })
        {
            await _clients["admin"].Sql.UpdateAsync($"CREATE TABLE {table}", ServeClient.Limit);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (ServeClient client in _clients.Values)
        {
            client.Dispose();
        }

        await _host.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Breaks when a message or action is added and nobody says who may send it.</summary>
    [Fact]
    public void Every_message_and_action_has_a_rule()
    {
        Assert.Equal(Described.Select(static m => m.Name).Order(StringComparer.Ordinal), s_messages.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            FlightSqlActions.Types.Select(static a => a.Type).Order(StringComparer.Ordinal),
            s_actions.Keys.Concat(s_messages.Where(static m => m.Value != "refused").Select(static m => m.Key)
                .Where(static m => m.StartsWith("Action", StringComparison.Ordinal)).Select(ActionOf)).Order(StringComparer.Ordinal));
    }

    /// <summary>Breaks when any method answers nobody, whatever is sent to it; or when one is added to Flight that is not called here.</summary>
    [Fact]
    public async Task Nobody_is_asked_by_every_method_who_he_is()
    {
        FlightClient nobody = _clients[""].Sql.Flight;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        IEnumerable<byte[]> bodies = Described.Select(static m => FlightSqlCommand.Wrap(m.Parser.ParseFrom(ByteString.Empty)))
            .Concat([[], "SELECT 1"u8.ToArray(), """{"sql_query":"SELECT 1","database":""}"""u8.ToArray(), [0xff, 0xfe]]);
        foreach (byte[] body in bodies)
        {
            foreach ((string method, Func<Task> call) in Methods(nobody, body, FlightSqlActions.Types[0].Type))
            {
                GrpcStatus status = await StatusAsync(call);
                Assert.True(status.Code == GrpcStatusCode.Unauthenticated, $"{method}: {status.Code} {status.Message}");
                seen.Add(method);
            }
        }

        foreach (string action in AllActions().Append("").Append("NoSuchAction"))
        {
            GrpcStatus status = await StatusAsync(() => AllAsync(nobody.DoActionAsync(new FlightAction(action, default), ServeClient.Limit)));
            Assert.True(status.Code == GrpcStatusCode.Unauthenticated, $"DoAction {action}: {status.Code} {status.Message}");
        }

        Assert.Equal(
            typeof(FlightService).GetMethods().Where(static m => m.IsVirtual && m.DeclaringType == typeof(FlightService))
                .Select(static m => m.Name.Replace("Async", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            seen.Order(StringComparer.Ordinal));
    }

    /// <summary>Breaks when one way of sending a statement is let through that another one is not.</summary>
    [Fact]
    public async Task Each_way_of_a_statement_asks_for_the_same_role()
    {
        foreach (string role in s_roles[1..])
        {
            ServeClient client = _clients[role];
            Role has = Enum.Parse<Role>(role, ignoreCase: true);
            foreach ((string sql, Role needed) in s_statements)
            {
                foreach ((string way, Func<Task> send) in Ways(client, sql))
                {
                    GrpcStatus status = await StatusAsync(send);
                    Assert.True(
                        (status.Code == GrpcStatusCode.PermissionDenied) == (has < needed)
                        && status.Code is not (GrpcStatusCode.Unauthenticated or GrpcStatusCode.Internal or GrpcStatusCode.Unknown),
                        $"{way} by {role}: {sql}: {status.Code} {status.Message}");
                }
            }
        }
    }

    /// <summary>Breaks when what no statement stands in asks for another role than its line says.</summary>
    [Fact]
    public async Task Other_messages_have_the_role_of_their_line()
    {
        foreach (string role in s_roles[1..])
        {
            FlightClient client = _clients[role].Sql.Flight;
            foreach (MessageDescriptor message in Described.Where(static m => m.Name.StartsWith("Command", StringComparison.Ordinal)))
            {
                byte[] body = FlightSqlCommand.Wrap(message.Parser.ParseFrom(ByteString.Empty));
                bool isMetadata = s_messages[message.Name] == "viewer";
                foreach ((string method, Func<Task> call) in Methods(client, body, "GetSessionOptions"))
                {
                    GrpcStatus status = await StatusAsync(call);
                    bool isRead = method is "GetFlightInfo" or "PollFlightInfo" or "GetSchema" or "DoGet";
                    Assert.True(
                        !isRead || (isMetadata ? status.Code == GrpcStatusCode.Ok : status.Code != GrpcStatusCode.Ok),
                        $"{method} {message.Name} by {role}: {status.Code} {status.Message}");
                    Assert.True(
                        status.Code is not (GrpcStatusCode.Unauthenticated or GrpcStatusCode.Internal or GrpcStatusCode.Unknown),
                        $"{method} {message.Name} by {role}: {status.Code} {status.Message}");
                    Assert.True(
                        method is not ("ListFlights" or "DoExchange") || status.Code == GrpcStatusCode.Unimplemented, $"{method}: {status.Code}");
                }
            }

            foreach ((string name, _) in s_messages.Where(static m => m.Value == "refused" && m.Key[0] == 'A'))
            {
                byte[] body = FlightSqlCommand.Wrap(Described.Single(m => m.Name == name).Parser.ParseFrom(ByteString.Empty));
                GrpcStatus status = await StatusAsync(
                    () => AllAsync(client.DoActionAsync(new FlightAction(ActionOf(name), body), ServeClient.Limit)));
                Assert.True(status.Code == GrpcStatusCode.Unimplemented, $"{name} by {role}: {status.Code} {status.Message}");
            }
        }
    }

    /// <summary>Breaks when a handle, ticket or query of one user is anything to another one, of whatever role.</summary>
    [Fact]
    public async Task Handles_are_their_own_users()
    {
        ServeClient owner = _clients["viewer"];
        FlightSqlPrepared prepared = await owner.Sql.PrepareAsync("SELECT 1", ServeClient.Limit);
        FlightInfo query = await owner.Sql.QueryAsync("SELECT 1", ServeClient.Limit);
        ByteString handle = ByteString.CopyFrom(prepared.Handle.Span);
        var info = new Messages.FlightInfo
        {
            Endpoint = { new Messages.FlightEndpoint { Ticket = new Messages.Ticket { Ticket_ = ByteString.CopyFrom(query.Endpoints[0].Ticket.Span) } } },
        };
        foreach (string role in s_roles[2..])
        {
            FlightClient other = _clients[role].Sql.Flight;
            var ways = new (string Name, Func<Task> Call)[]
            {
                ("GetFlightInfo", () => other.GetFlightInfoAsync(Command(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }))),
                ("GetSchema", () => other.GetSchemaAsync(Command(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }))),
                ("DoGet", () => GetAsync(other, FlightSqlCommand.Wrap(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }))),
                ("ticket", () => GetAsync(other, query.Endpoints[0].Ticket.ToArray())),
                ("bind", () => PutAsync(other, FlightSqlCommand.Wrap(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }))),
                ("update", () => PutAsync(other, FlightSqlCommand.Wrap(new CommandPreparedStatementUpdate { PreparedStatementHandle = handle }))),
                ("close", () => ActAsync(
                    other, "ClosePreparedStatement", FlightSqlCommand.Wrap(new ActionClosePreparedStatementRequest { PreparedStatementHandle = handle }))),
                ("cancel", () => ActAsync(other, "CancelFlightInfo", new Messages.CancelFlightInfoRequest { Info = info }.ToByteArray())),
                ("older cancel", () => ActAsync(
                    other, "CancelQuery", FlightSqlCommand.Wrap(new ActionCancelQueryRequest { Info = info.ToByteString() }))),
                ("renew", () => ActAsync(
                    other, "RenewFlightEndpoint", new Messages.RenewFlightEndpointRequest { Endpoint = info.Endpoint[0] }.ToByteArray())),
            };
            foreach ((string name, Func<Task> call) in ways)
            {
                GrpcStatus status = await StatusAsync(call);
                Assert.True(status.Code == GrpcStatusCode.NotFound, $"{name} by {role}: {status.Code} {status.Message}");
            }
        }

        Assert.Equal(["1"], await owner.Rows(query));
        Assert.Equal(["1"], await owner.Rows(await owner.Sql.QueryPreparedAsync(prepared.Handle, ServeClient.Limit)));
    }

    /// <summary>Breaks when a role that was taken away still counts for what was prepared before, or a stopped job is anybody's.</summary>
    [Fact]
    public async Task Roles_are_those_of_the_moment()
    {
        ServeClient developer = _clients["developer"];
        FlightSqlPrepared insert = await developer.Sql.PrepareAsync("INSERT INTO hole VALUES (1)", ServeClient.Limit);
        FlightInfo planned = await developer.Sql.QueryAsync("INSERT INTO hole VALUES (1)", ServeClient.Limit);
        Assert.Equal(1, await developer.Sql.UpdatePreparedAsync(insert.Handle, null, ServeClient.Limit));

        // Whose job it is, or the role operator.
        string job = (await _clients["admin"].Rows("INSERT INTO hole SELECT a FROM endless"))[0];
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await StatusAsync(() => developer.Rows($"STOP JOB '{job}'"))).Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await StatusAsync(
            () => developer.Sql.UpdateAsync($"STOP JOB '{job}'", ServeClient.Limit))).Code);
        Assert.Equal(GrpcStatusCode.Ok, (await StatusAsync(() => _clients["operator"].Rows($"STOP JOB '{job}'"))).Code);
        job = (await developer.Rows("INSERT INTO hole SELECT a FROM endless"))[0];
        Assert.Equal(GrpcStatusCode.Ok, (await StatusAsync(() => developer.Rows($"STOP JOB '{job}'"))).Code);

        _host.Accounts.Change("developer", static user => user with { Role = "viewer" });
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => developer.Sql.UpdatePreparedAsync(insert.Handle, null, ServeClient.Limit),
            () => developer.Rows(planned),
            () => developer.Sql.UpdateAsync("INSERT INTO hole VALUES (1)", ServeClient.Limit),
        })
        {
            GrpcStatus status = await StatusAsync(call);
            Assert.True(status.Code == GrpcStatusCode.PermissionDenied, $"{status.Code} {status.Message}");
        }
    }

    private static string ActionOf(string message) => message["Action".Length..^"Request".Length];

    private static IEnumerable<string> AllActions() => FlightSqlActions.Types.Select(static a => a.Type).Concat(
        s_messages.Keys.Where(static m => m[0] == 'A').Select(ActionOf)).Distinct();

    private static FlightDescriptor Command(IMessage message) => FlightDescriptor.FromCommand(FlightSqlCommand.Wrap(message));

    /// <summary>Calls every method of Flight with the same bytes where its request has any.</summary>
    private static IEnumerable<(string Method, Func<Task> Call)> Methods(FlightClient client, byte[] body, string action)
    {
        FlightDescriptor descriptor = FlightDescriptor.FromCommand(body);
        yield return ("Handshake", () => client.HandshakeAsync(default, ServeClient.Limit));
        yield return ("ListFlights", () => AllAsync(client.ListFlightsAsync(body, ServeClient.Limit)));
        yield return ("GetFlightInfo", () => client.GetFlightInfoAsync(descriptor, ServeClient.Limit));
        yield return ("PollFlightInfo", () => client.PollFlightInfoAsync(descriptor, ServeClient.Limit));
        yield return ("GetSchema", () => client.GetSchemaAsync(descriptor, ServeClient.Limit));
        yield return ("DoGet", () => GetAsync(client, body));
        yield return ("DoPut", () => PutAsync(client, body));
        yield return ("DoExchange", async () =>
        {
            await using FlightExchange exchange = await client.DoExchangeAsync(descriptor, ServeClient.Limit);
            await exchange.Writer.WriteMetadataAsync(default);
            await exchange.Reader.ReadAsync();
        });
        yield return ("DoAction", () => ActAsync(client, action, body));
        yield return ("ListActions", () => AllAsync(client.ListActionsAsync(ServeClient.Limit)));
    }

    /// <summary>Sends a statement in every way there is.</summary>
    private static IEnumerable<(string Way, Func<Task> Send)> Ways(ServeClient client, string sql)
    {
        FlightClient flight = client.Sql.Flight;
        byte[] query = FlightSqlCommand.Wrap(new CommandStatementQuery { Query = sql });
        byte[] text = System.Text.Encoding.UTF8.GetBytes(sql);
        byte[] json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["database"] = "", ["sql_query"] = sql, ["query_type"] = "sql" });
        foreach ((string kind, byte[] body) in new[] { ("message", query), ("text", text) })
        {
            yield return ($"GetFlightInfo {kind}", () => flight.GetFlightInfoAsync(FlightDescriptor.FromCommand(body), ServeClient.Limit));
            yield return ($"PollFlightInfo {kind}", () => flight.PollFlightInfoAsync(FlightDescriptor.FromCommand(body), ServeClient.Limit));
            yield return ($"GetSchema {kind}", () => flight.GetSchemaAsync(FlightDescriptor.FromCommand(body), ServeClient.Limit));
            yield return ($"DoGet {kind}", () => GetAsync(flight, body));
        }

        yield return ("DoGet JSON", () => GetAsync(flight, json));
        yield return ("DoAction CreatePreparedStatement", () => client.Sql.PrepareAsync(sql, ServeClient.Limit));
        yield return ("DoPut CommandStatementUpdate", () => client.Sql.UpdateAsync(sql, ServeClient.Limit));
        if (sql.StartsWith("SET ", StringComparison.Ordinal))
        {
            string[] parts = sql.Split('\'');
            yield return ("DoAction SetSessionOptions", () => client.Sql.SetOptionsAsync(
                new Dictionary<string, object?> { [parts[1]] = parts[3] }, ServeClient.Limit));
        }

        if (sql.StartsWith("INSERT ", StringComparison.Ordinal))
        {
            var schema = new ColumnStream.Arrow.Types.Schema(new ColumnStream.Arrow.Types.Field("a", ColumnStream.Arrow.Types.DataType.Int32));
            yield return ("DoPut CommandStatementIngest", () => client.Sql.IngestAsync(
                new ColumnStream.Flight.Sql.Backend.SqlIngest("hole") { IfExists = ColumnStream.Flight.Sql.Backend.SqlIngestMode.Append },
                schema, AsyncEnumerable.Empty<ColumnStream.Arrow.RecordBatch>(), ServeClient.Limit));
        }
    }

    private static async Task GetAsync(FlightClient client, byte[] ticket)
    {
        await using FlightBatchReader reader = await client.DoGetAsync(ticket, ServeClient.Limit);
        while (await reader.ReadAsync() is { } read)
        {
            read.Batch?.Release();
        }
    }

    private static async Task PutAsync(FlightClient client, byte[] command)
    {
        await using FlightUpload upload = await client.DoPutAsync(FlightDescriptor.FromCommand(command), ServeClient.Limit);
        await upload.Writer.WriteMetadataAsync(default);
        await upload.CompleteAsync();
        while (await upload.ReadResultAsync() is not null)
        {
        }
    }

    private static Task ActAsync(FlightClient client, string action, byte[] body) =>
        AllAsync(client.DoActionAsync(new FlightAction(action, body), ServeClient.Limit));

    private static async Task AllAsync<T>(IAsyncEnumerable<T> all)
    {
        await foreach (T item in all)
        {
            Assert.NotNull(item);
        }
    }

    private static async Task<GrpcStatus> StatusAsync(Func<Task> call)
    {
        try
        {
            await call();
            return new GrpcStatus(GrpcStatusCode.Ok, string.Empty);
        }
        catch (GrpcException failure)
        {
            return failure.Status;
        }
    }
}
