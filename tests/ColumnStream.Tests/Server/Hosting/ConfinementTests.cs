using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading.Tasks;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Jdbc;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight.Grpc;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Server.Security;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: SQL of sessions reaches no file and no address but those that are open, whatever the role. Method: the whole server with a secret
/// beside its folder and one in it, and every way that a path or host can be written, links and swaps among them.
/// </summary>
public sealed class ConfinementTests : IAsyncLifetime
{
    private const string Canary = "CANARY-77aa";
    private readonly TempFolder _folder = new();
    private ServeHost _host = null!;
    private ServeClient _admin = null!;

    public async Task InitializeAsync()
    {
        _folder.Write("secret.csv", Canary + "\n");
        _folder.Write("open/rows.csv", "1\n");
        _host = new ServeHost(
            new ServeOptions(_folder.At("data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default)
            {
                AllowedFolders = [_folder.At("open")],
            },
            TextWriter.Null, TextWriter.Null);
        await _host.StartAsync(default);
        _admin = await new ServeClient(_host.Address!).SignInAsync(_host.FirstToken!);
        File.WriteAllText(_folder.At("data/files/rows.csv"), "2\n");
        File.CreateSymbolicLink(_folder.At("data/files/link.csv"), _folder.At("secret.csv"));
        Directory.CreateSymbolicLink(_folder.At("data/files/up"), "../..");
        Directory.CreateDirectory(_folder.At("data/files/deep"));
        File.CreateSymbolicLink(_folder.At("data/files/deep/link.csv"), _folder.At("secret.csv"));
        Directory.CreateSymbolicLink(_folder.At("data/files/round"), "round");
        Directory.CreateSymbolicLink(_folder.At("data/files/good"), _folder.At("open"));
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Breaks when a file of an open folder cannot be read, or a path leads out of all of them.</summary>
    [Theory]
    [InlineData("rows.csv", "2")]
    [InlineData("file:rows.csv", "2")]
    [InlineData("./deep/../rows.csv", "2")]
    [InlineData("{root}/data/files/rows.csv", "2")]
    [InlineData("file://{root}/open/rows.csv", "1")]
    [InlineData("{root}/open", "1")]
    [InlineData("good/rows.csv", "1")]
    [InlineData("{root}/op[e]n/rows.csv", null)]
    [InlineData("../secret.key", null)]
    [InlineData("../../secret.csv", null)]
    [InlineData("deep/../../../secret.csv", null)]
    [InlineData("no/such/../../../../secret.csv", null)]
    [InlineData("{root}/secret.csv", null)]
    [InlineData("file:///{root}/secret.csv", null)]
    [InlineData("FILE:{root}/secret.csv", null)]
    [InlineData("//{root}/secret.csv", null)]
    [InlineData("{root}/open/../secret.csv", null)]
    [InlineData("{root}/opened/secret.csv", null)]
    [InlineData("{root}/data/store", null)]
    [InlineData("{root}/data/audit.jsonl", null)]
    [InlineData("{root}/data/checkpoints", null)]
    [InlineData("link.csv", null)]
    [InlineData("up/secret.csv", null)]
    [InlineData("up/s*.csv", null)]
    [InlineData("deep", null)]
    [InlineData("dee?/*.csv", null)]
    [InlineData("**/link.csv", null)]
    [InlineData("round/x", null)]
    [InlineData("*/../../../secret.csv", null)]
    [InlineData("/proc/self/environ", null)]
    [InlineData("/proc/self/root/etc/passwd", null)]
    [InlineData("/dev/stdin", null)]
    [InlineData("/etc/passwd", null)]
    [InlineData("../../etc/passwd", null)]
    public async Task Files_are_read_in_open_folders_alone(string path, string? row)
    {
        string real = path.Replace("{root}", _folder.Path, StringComparison.Ordinal);
        GrpcException? refused = null;
        string[] rows = [];
        try
        {
            await Define("t", real);
            rows = await _admin.Rows("SELECT * FROM t");
        }
        catch (GrpcException failure)
        {
            refused = failure;
        }

        if (row is null)
        {
            Assert.True(refused is { Status.Code: GrpcStatusCode.PermissionDenied }, $"{path}: {refused?.Status} {string.Join(",", rows)}");
            Assert.Contains("CST3166", refused!.Status.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Canary, refused.Status.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.True(refused is null, $"{path}: {refused?.Status.Message}");
            Assert.Equal([row], rows);
        }
    }

    /// <summary>Breaks when rows, dead letters, checkpoints, savepoints or state on disk can be put where nothing is open.</summary>
    [Fact]
    public async Task Nothing_is_written_outside()
    {
        foreach (string path in new[] { "../out", _folder.At("out"), "up/out", "../store/out", "../../out", "../checkpoints/out" })
        {
            await Denied(async () =>
            {
                await Define("w", path);
                await _admin.Sql.UpdateAsync("INSERT INTO w VALUES ('x')", ServeClient.Limit);
            });
            await Denied(async () =>
            {
                await Define("w", path);
                await _admin.Rows("SET 'execution.runtime-mode' = 'batch'");
                await _admin.Sql.UpdateAsync("INSERT OVERWRITE w VALUES ('x')", ServeClient.Limit);
            });
            await Denied(async () =>
            {
                await Define("d", "rows.csv", $", 'scan.parse-errors' = 'dead-letter', 'scan.dead-letter.path' = '{path}/x'");
                await _admin.Rows("SELECT * FROM d");
            });
        }


        // The folder itself cannot be exchanged: its new content would be made beside it.
        await Denied(async () =>
        {
            await Define("w", ".");
            await _admin.Rows("SET 'execution.runtime-mode' = 'batch'");
            await _admin.Sql.UpdateAsync("INSERT OVERWRITE w VALUES ('x')", ServeClient.Limit);
        });
        await _admin.Rows("RESET 'execution.runtime-mode'");
        await Define("good", "good-out");
        Assert.Equal(1, await _admin.Sql.UpdateAsync("INSERT INTO good VALUES ('x')", ServeClient.Limit));
        Assert.True(Directory.Exists(_folder.At("data/files/good-out")));
        foreach (string option in new[] { "execution.checkpointing.dir", "io.tmp.dirs" })
        {
            foreach (string path in new[] { _folder.At("out"), "/etc", _folder.At("data/store") })
            {
                await Denied(async () =>
                {
                    await _admin.Rows($"SET '{option}' = '{path}'");
                    await _admin.Sql.UpdateAsync("INSERT INTO good VALUES ('x')", ServeClient.Limit);
                });
            }

            await _admin.Rows($"RESET '{option}'");
        }

        await _admin.Rows($"SET 'execution.checkpointing.savepoint-dir' = '{_folder.At("out")}'");
        await _admin.Sql.UpdateAsync("CREATE TABLE numbers (a STRING) WITH ('connector' = 'datagen')", ServeClient.Limit);
        string job = (await _admin.Rows("INSERT INTO good SELECT a FROM numbers"))[0];
        await Denied(() => _admin.Rows($"STOP JOB '{job}' WITH SAVEPOINT"));
        await _admin.Rows("RESET 'execution.checkpointing.savepoint-dir'");
        await _admin.Rows($"STOP JOB '{job}' WITH SAVEPOINT");
        await Denied(() => _admin.Rows($"EXPLAIN UPGRADE '{_folder.At("out")}/x' TO 'INSERT INTO good SELECT a FROM numbers;'"));
        Assert.False(Directory.Exists(_folder.At("out")));
        Assert.Equal(["1\n"], Array.ConvertAll(Directory.GetFiles(_folder.At("open")), File.ReadAllText));
    }

    /// <summary>Breaks when connectors reach addresses inside, by whatever name, or files by the address of a database.</summary>
    [Theory]
    [InlineData("//127.0.0.1:{port}/x", "CST3167")]
    [InlineData("//localhost:{port}/x", "CST3167")]
    [InlineData("//[::1]:{port}/x", "CST3167")]
    [InlineData("//0.0.0.0:{port}/x", "CST3167")]
    [InlineData("//[::ffff:127.0.0.1]:{port}/x", "CST3167")]
    [InlineData("//10.1.2.3/x", "CST3167")]
    [InlineData("//169.254.169.254:80/x", "CST3167")]
    [InlineData("//100.100.100.200:80/x", "CST3167")]
    [InlineData("//127.0.0.1:{port}/x?sslmode=verify-full", "CST3167")]
    [InlineData("//%2Fvar%2Frun%2Fpostgresql/x", "CST3166")]
    [InlineData("//db.example/x?sslrootcert=/etc/passwd", "CST3166")]
    [InlineData("x", "CST3167")]
    public async Task Databases_inside_are_not_reached(string url, string code)
    {
        string port = _host.Address!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        GrpcStatus status = await _admin.Refused(async () =>
        {
            await _admin.Sql.UpdateAsync(
                "CREATE TABLE j (a STRING) WITH ('connector' = 'jdbc', 'table-name' = 'x', "
                + $"'url' = 'jdbc:postgresql:{url.Replace("{port}", port, StringComparison.Ordinal)}')", ServeClient.Limit);
            await _admin.Sql.UpdateAsync("INSERT INTO j VALUES ('x')", ServeClient.Limit);
        });
        Assert.Contains(code, status.Message, StringComparison.Ordinal);
    }

    /// <summary>Breaks when buckets, or what gives their keys, may stand inside.</summary>
    [Theory]
    [InlineData("fs.oss.endpoint", "http://127.0.0.1:1")]
    [InlineData("fs.oss.credentials.uri", "http://100.100.100.200/latest/meta-data/ram")]
    public async Task Buckets_inside_are_not_reached(string option, string value)
    {
        await _admin.Rows("SET 'fs.oss.attempts.maximum' = '1'");
        await _admin.Rows("SET 'fs.oss.region' = 'cn-hangzhou'");
        await _admin.Rows("SET 'fs.oss.endpoint' = 'http://192.168.7.7:1'");
        if (option != "fs.oss.credentials.uri")
        {
            await _admin.Rows("SET 'fs.oss.accessKeyId' = 'k'");
            await _admin.Rows("SET 'fs.oss.accessKeySecret' = 's'");
            await _admin.Rows("SET 'fs.oss.path.style.access' = 'true'");
        }

        await _admin.Rows($"SET '{option}' = '{value}'");
        await Define("b", "oss://bucket/x");
        GrpcStatus status = await _admin.Refused(() => _admin.Rows("SELECT * FROM b"));
        Assert.Contains("keeps SQL from reaching", status.Message, StringComparison.Ordinal);
    }

    /// <summary>Breaks when a name may mean another address when it is connected to, or an address in another writing is another one.</summary>
    [Fact]
    public async Task Addresses_are_judged_behind_the_look_up()
    {
        var answers = new Queue<IPAddress[]>([[IPAddress.Parse("93.184.216.34")], [IPAddress.Loopback]]);
        var networks = new AllowedNetworks([IPNetwork.Parse("10.9.0.0/16")], (_, _) => Task.FromResult(answers.Dequeue()));
        Assert.Equal("93.184.216.34", (await networks.ResolveAsync("rebound.example", default))[0].ToString());
        await Assert.ThrowsAsync<UserException>(() => networks.ResolveAsync("rebound.example", default));
        foreach (string closed in new[]
        {
            "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1",
            "100.100.100.200", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fec0::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
            "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1", "10.8.0.1",
        })
        {
            Assert.False(networks.IsOpen(IPAddress.Parse(closed)), closed);
        }

        foreach (string open in new[] { "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800::1", "10.9.1.1", "::ffff:10.9.1.1", "64:ff9b::808:808" })
        {
            Assert.True(networks.IsOpen(IPAddress.Parse(open)), open);
        }
    }

    /// <summary>Breaks when the port behind an address with colons of its own is taken for a part of it.</summary>
    [Fact]
    public void Addresses_that_were_looked_up_keep_their_ports()
    {
        var networks = new AllowedNetworks([], static (host, _) => Task.FromResult<IPAddress[]>(
            host == "both.example" ? [IPAddress.Parse("2606:2800::1"), IPAddress.Parse("93.184.216.34")] : []));
        var url = new PostgresUrl("both.example:6432,[2606:2800::2]:5433", "d", new Dictionary<string, string>());
        Assert.Equal("[2606:2800::1]:6432,93.184.216.34:6432,[2606:2800::2]:5433", url.HostsWithin(networks));
        var proving = new PostgresUrl(
            "both.example:6432", "d", new Dictionary<string, string> { ["sslmode"] = "verify-full" });
        Assert.Equal("both.example:6432", proving.HostsWithin(networks));
    }

    /// <summary>Breaks when a file counts by what its path led to earlier: a link that is exchanged between the look and the opening.</summary>
    [Fact]
    public async Task A_link_that_is_swapped_is_found_when_the_file_is_open()
    {
        var folders = new AllowedFolders(_folder.At("open"), [_folder.At("open")], []);
        string path = folders.Resolve("swapped.csv");
        File.CreateSymbolicLink(path, _folder.At("secret.csv"));
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path))
        {
            Assert.Equal(3166, Assert.Throws<UserException>(() => folders.CheckOpened(file, path)).Code);
        }

        File.Delete(path);
        await File.WriteAllTextAsync(path, "3\n");
        using Microsoft.Win32.SafeHandles.SafeFileHandle good = File.OpenHandle(path);
        folders.CheckOpened(good, path);
    }

    /// <summary>Breaks when a role is let out: each is confined, administrators too.</summary>
    [Fact]
    public async Task No_role_is_let_out()
    {
        foreach (string role in new[] { "developer", "operator", "admin" })
        {
            _host.Accounts.Change(role, user => user with { Password = PasswordHash.Of("correct horse"), Role = role });
            using var client = new ServeClient(_host.Address!);
            await client.LogInAsync(role, "correct horse");
            GrpcStatus status = await client.Refused(async () =>
            {
                await client.Rows(
                    "CREATE TEMPORARY TABLE p (a STRING) WITH ('connector' = 'filesystem', 'path' = '/etc/passwd', 'format' = 'raw')");
                await client.Rows("SELECT * FROM p");
            });
            Assert.Equal(GrpcStatusCode.PermissionDenied, status.Code);
            status = await client.Refused(async () =>
            {
                await client.Rows(
                    $"CREATE TEMPORARY TABLE h{role} (a STRING) WITH ('connector' = 'filesystem', 'path' = 'rows.csv', 'format' = 'csv')");
                await client.Rows($"SELECT * FROM h{role} /*+ OPTIONS('path' = '/etc/passwd') */");
            });
            Assert.Equal(GrpcStatusCode.PermissionDenied, status.Code);
        }
    }

    private async Task Define(string name, string path, string more = "")
    {
        await _admin.Sql.UpdateAsync($"DROP TABLE IF EXISTS {name}", ServeClient.Limit);
        await _admin.Sql.UpdateAsync(
            $"CREATE TABLE {name} (a STRING) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '{path}'{more})",
            ServeClient.Limit);
    }

    private async Task Denied(Func<Task> act)
    {
        GrpcStatus status = await _admin.Refused(act);
        Assert.True(status.Code == GrpcStatusCode.PermissionDenied, $"{status.Code}: {status.Message}");
        Assert.Contains("CST3166", status.Message, StringComparison.Ordinal);
    }
}
