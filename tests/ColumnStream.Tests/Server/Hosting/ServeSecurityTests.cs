using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Client;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Server.Security;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Flight;
using ColumnStream.Testing.Hostile;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: who may not, cannot, and it is written down. Method: the whole server on loopback; certificates of our own authorities; a second
/// user who tries what the first one left; canaries in place of secrets.
/// </summary>
public sealed class ServeSecurityTests : IDisposable
{
    private const string Canary = "CANARY-5e1f";
    private readonly TempFolder _folder = new();
    private readonly BufferPool _pool = BufferPools.FromEnvironment();

    public void Dispose()
    {
        _pool.Dispose();
        _folder.Dispose();
    }

    /// <summary>Breaks when a side takes a certificate that proves nothing, or speaks without one.</summary>
    [Fact]
    public async Task Certificates_must_fit_on_both_sides()
    {
        using var ours = new TestCertificates("ours");
        using var theirs = new TestCertificates("theirs");
        ours.Write(_folder.Path);
        await using ServeHost host = await StartAsync(mutual: true);
        GrpcChannelOptions good = Channel(host, ours) with { ClientCertificate = ours.Client };
        await AskAsync(host, good);
        await Assert.ThrowsAsync<GrpcException>(() => AskAsync(host, good with { Roots = theirs.Roots }));
        await Assert.ThrowsAsync<GrpcException>(() => AskAsync(host, good with { ClientCertificate = null }));
        await Assert.ThrowsAsync<GrpcException>(() => AskAsync(host, good with { ClientCertificate = theirs.Client }));
        // A server's certificate is not a client's.
        await Assert.ThrowsAsync<GrpcException>(() => AskAsync(host, good with { ClientCertificate = ours.Server }));

        // HTTP/2 without encryption is answered by no frame.
        var target = new HostileTarget(host.Address!, IPAddress.Loopback, "", 1);
        using HostilePeer plain = await HostilePeer.ConnectAsync(target, default);
        await plain.SendAsync((byte[])[.. Http2Frame.Preface, .. Http2Frame.Setting(4, 65_535)], default);
        await plain.ReadAsync(default).WaitAsync(SessionWorld.Limit);
        Assert.InRange(plain.Received, 0, Http2Frame.HeadBytes - 1);
        await AskAsync(host, good);
    }

    /// <summary>Breaks when a certificate is taken for another host or past its time, or when a new one needs a restart.</summary>
    [Fact]
    public async Task Certificates_are_read_anew_and_wrong_ones_are_found_by_clients()
    {
        using var ours = new TestCertificates("ours");
        ours.Write(_folder.Path);
        await using ServeHost host = await StartAsync(mutual: false);
        GrpcChannelOptions good = Channel(host, ours);
        await AskAsync(host, good);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 expired = ours.IssueServer("localhost", now.AddYears(-2), now.AddYears(-1), 11);
        TestCertificates.Write(_folder.Path, "server", expired);
        await UntilAsync(() => FailsAsync(() => AskAsync(host, good)));
        using X509Certificate2 other = ours.IssueServer("elsewhere.example", now.AddYears(-1), now.AddYears(1), 12);
        TestCertificates.Write(_folder.Path, "server", other);
        // Half of a pair changes nothing, and neither does this: it is told by name that it is another host's.
        await UntilAsync(async () => await FailsAsync(() => AskAsync(host, good))
            && !await FailsAsync(() => AskAsync(host, good with { AcceptsAnyCertificate = true })));
        using X509Certificate2 renewed = ours.IssueServer("localhost", now.AddYears(-1), now.AddYears(1), 13);
        TestCertificates.Write(_folder.Path, "server", renewed);
        await UntilAsync(async () => !await FailsAsync(() => AskAsync(host, good)));
    }

    /// <summary>Breaks when a handle or ticket works for another user than the one it was made for.</summary>
    [Fact]
    public async Task What_one_user_left_is_nothing_to_another()
    {
        await using ServeHost host = await StartAsync(mutual: null);
        using ServeClient ann = await UserAsync(host, "ann", "developer");
        using ServeClient eve = await UserAsync(host, "eve", "admin");
        FlightSqlPrepared prepared = await ann.Sql.PrepareAsync("SELECT 1", ServeClient.Limit);
        FlightInfo info = await ann.Sql.QueryAsync("SELECT 1", ServeClient.Limit);
        Assert.Equal(GrpcStatusCode.NotFound, (await eve.Refused(() => eve.Sql.QueryPreparedAsync(prepared.Handle, ServeClient.Limit))).Code);
        Assert.Equal(GrpcStatusCode.NotFound, (await eve.Refused(() => eve.Sql.CloseAsync(prepared.Handle, ServeClient.Limit))).Code);
        Assert.Equal(GrpcStatusCode.NotFound, (await eve.Refused(() => eve.Rows(info))).Code);

        // The one whose they are still has them.
        Assert.Equal(["1"], await ann.Rows(info));
        Assert.Equal(["1"], await ann.Rows(await ann.Sql.QueryPreparedAsync(prepared.Handle, ServeClient.Limit)));
    }

    /// <summary>Breaks when a kind of statement is added and nobody says who may run it: this table is said by hand, apart from the rules.</summary>
    [Fact]
    public void Every_kind_of_statement_has_its_role()
    {
        string[] viewers =
        [
            "DescribeJob", "Describe", "ExplainJob", "Explain", "Query", "Reset", "Set", "ShowIntegrity", "Show", "Use",
        ];
        string[] developers =
        [
            "Alter", "CreateCatalog", "CreateDatabase", "CreateTable", "CreateView", "Drop", "ExplainUpgrade", "Insert",
            "StatementSet", "StopJob",
        ];
        string[] admins =
        [
            "AnalyzeTable", "Call", "CompilePlan", "CreateConnection", "CreateFunction", "CreateMaterializedTable", "CreateModel", "Delete",
            "ExecutePlan", "Jar", "LoadModule", "Truncate", "UnloadModule", "Update", "UseModules",
        ];
        List<Type> kinds =
        [
            .. typeof(Statement).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(Statement)) && !t.IsAbstract),
        ];
        var expected = viewers.Select(static n => (n, Role.Viewer)).Concat(developers.Select(static n => (n, Role.Developer)))
            .Concat(admins.Select(static n => (n, Role.Admin)));
        Assert.Equal(
            expected.OrderBy(static e => e.n, StringComparer.Ordinal),
            kinds.Select(static k => (
                    k.Name.EndsWith("Statement", StringComparison.Ordinal) ? k.Name[..^"Statement".Length] : k.Name,
                    AccessRules.RoleFor(k)))
                .OrderBy(static e => e.Item1, StringComparer.Ordinal));
    }

    /// <summary>Breaks when a secret shows anywhere, when what was done or denied is not written, or when a line can be changed unseen.</summary>
    [Fact]
    public async Task Deeds_are_written_and_secrets_are_not()
    {
        string path = _folder.At("data/audit.jsonl");
        var shown = new List<string>();
        await using (ServeHost host = await StartAsync(mutual: null))
        {
            using ServeClient admin = await new ServeClient(host.Address!).SignInAsync(host.FirstToken!);
            using ServeClient ann = await UserAsync(host, "ann", "viewer");
            await admin.Sql.UpdateAsync(
                "CREATE TABLE t (a INT) WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://127.0.0.1:1/x', 'table-name' = 'x', "
                + $"'username' = 'u', 'password' = '{Canary}')", ServeClient.Limit);
            shown.AddRange(await admin.Rows("SHOW CREATE TABLE t"));
            shown.AddRange(await admin.Rows("EXPLAIN INSERT INTO t VALUES (1)"));
            shown.AddRange(await admin.Rows("DESCRIBE t"));
            shown.Add((await admin.Refused(() => admin.Sql.UpdateAsync("INSERT INTO t VALUES (1)", ServeClient.Limit))).Message);
            shown.Add((await admin.Refused(() => admin.Rows("SELECT nothing FROM t"))).Message);
            shown.AddRange(await admin.Rows("SELECT message FROM sys.errors"));
            await ann.Refused(() => ann.Sql.UpdateAsync($"CREATE TABLE u (a INT) WITH ('x' = '{Canary}')", ServeClient.Limit));
            using ServeClient nobody = new(host.Address!);
            await nobody.Refused(() => nobody.LogInAsync("ann", Canary));
            await admin.Sql.UpdateAsync("DROP TABLE t", ServeClient.Limit);
        }

        Assert.DoesNotContain(shown, static s => s.Contains(Canary, StringComparison.Ordinal));
        string[] lines = File.ReadAllLines(path);
        Assert.DoesNotContain(lines, static l => l.Contains(Canary, StringComparison.Ordinal));
        AssertLine(lines, "admin", "CREATE TABLE", "t", Auditor.Allowed);
        AssertLine(lines, "ann", "CREATE TABLE", "u", Auditor.Denied);
        AssertLine(lines, "ann", "LOGIN", "", Auditor.Allowed);
        AssertLine(lines, "ann", "LOGIN", "", Auditor.Denied);
        AssertLine(lines, "admin", "DROP", "t", Auditor.Allowed);
        Assert.Null(AuditTrail.Read(path).Damage);
        foreach (string[] changed in new[] { lines[1..], [lines[0], .. lines[2..]], [lines[0], lines[1].Replace("ann", "eve"), .. lines[2..]] })
        {
            if (!changed.SequenceEqual(lines))
            {
                File.WriteAllLines(path, changed);
                Assert.NotNull(AuditTrail.Read(path).Damage);
            }
        }

        // A server does not go on behind a log that was changed.
        ColumnStreamException refusal = await Assert.ThrowsAnyAsync<ColumnStreamException>(() => StartAsync(mutual: null));
        Assert.Equal(5061, refusal.Code);
    }

    /// <summary>Breaks when passwords can be guessed under many names from one address, or when others have to wait for that.</summary>
    [Fact]
    public async Task Guessing_makes_an_address_wait_and_no_other()
    {
        var clock = new ManualClock();
        var accounts = new Accounts(new MemoryObjectStore(clock), clock);
        accounts.Change("ann", static user => user with { Password = PasswordHash.Of("correct horse"), Role = "viewer" });
        IPAddress guesser = IPAddress.Parse("192.0.2.1");
        int hashed = 0;
        ColumnStreamException? stopped = null;
        for (int i = 0; i < 30 && stopped is not { Code: 6003 }; i++, hashed++)
        {
            stopped = await Assert.ThrowsAnyAsync<ColumnStreamException>(
                async () => await accounts.LoginAsync($"user{i}", "guess", guesser, default));
        }

        Assert.Equal(6003, stopped!.Code);
        Assert.InRange(hashed, 5, 15);
        Assert.Equal("ann", (await accounts.LoginAsync("ann", "correct horse", IPAddress.Parse("192.0.2.2"), default)).Name);
    }

    private static void AssertLine(string[] lines, string user, string verb, string subject, string decision) => Assert.Contains(
        lines, l => l.Contains(
            $"\"user\":\"{user}\",\"from\":\"127.0.0.1\",\"verb\":\"{verb}\",\"object\":\"{subject}\",\"decision\":\"{decision}\"",
            StringComparison.Ordinal));

    private static async Task AllAsync<T>(IAsyncEnumerable<T> all)
    {
        await foreach (T item in all)
        {
            Assert.NotNull(item);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        long from = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(from) < SessionWorld.Limit, "it does not come to that");
            await Task.Delay(100);
        }
    }

    private static async Task<bool> FailsAsync(Func<Task> act)
    {
        try
        {
            await act();
            return false;
        }
        catch (GrpcException)
        {
            return true;
        }
    }

    private static async Task<ServeClient> UserAsync(ServeHost host, string name, string role)
    {
        host.Accounts.Change(name, user => user with { Password = PasswordHash.Of("correct horse"), Role = role });
        var client = new ServeClient(host.Address!);
        await client.LogInAsync(name, "correct horse");
        return client;
    }

    private static GrpcChannelOptions Plain(ServeHost host) => new() { Host = "127.0.0.1", Port = host.Address!.Port };

    private static GrpcChannelOptions Channel(ServeHost host, TestCertificates roots) =>
        new() { Host = "localhost", Port = host.Address!.Port, IsEncrypted = true, Roots = roots.Roots };

    private async Task<ServeHost> StartAsync(bool? mutual)
    {
        var host = new ServeHost(
            new ServeOptions(_folder.At("data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default)
            {
                Certificate = mutual is null ? null : _folder.At("server.pem"), Key = mutual is null ? null : _folder.At("server.key"),
                ClientRoots = mutual == true ? _folder.At("roots.pem") : null,
            },
            TextWriter.Null, TextWriter.Null);
        await host.StartAsync(default);
        return host;
    }

    private async Task AskAsync(ServeHost host, GrpcChannelOptions channel)
    {
        using var account = new BufferAllocator("client", _pool);
        using var client = new FlightClient(new FlightClientOptions { Channel = channel, Allocator = account });
        var headers = new GrpcMetadata();
        headers.Add("authorization", "Bearer " + host.FirstToken);
        client.Headers = headers;
        await AllAsync(client.ListActionsAsync(ServeClient.Limit));
    }
}
