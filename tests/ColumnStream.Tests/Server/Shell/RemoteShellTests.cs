using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading.Tasks;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Testing.Chaos;
using ColumnStream.Tests.Server.Hosting;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Shell;

/// <summary>Goal: what a user of <c>sql --connect</c> reads; method: the real program as a process, a server in this one.</summary>
public sealed class RemoteShellTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-remote-").FullName;
    private ServeHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = new ServeHost(
            new ServeOptions(Path.Combine(_folder, "data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default),
            TextWriter.Null, TextWriter.Null);
        await _host.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Plans_and_definitions_are_printed_as_they_are()
    {
        (int code, string said) = Play(
            "CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); SHOW CREATE TABLE t; EXPLAIN SELECT a FROM t; SHOW TABLES", null);
        Assert.Equal(0, code);
        Assert.StartsWith("CREATE TABLE default_catalog.default_database.t (\n  a INT\n)", said, StringComparison.Ordinal);
        Assert.Contains("\n== Physical plan ==\n0: source ", said, StringComparison.Ordinal);
        Assert.EndsWith("\ntable name\nt\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_and_the_next_step_are_told()
    {
        (int code, string said) = Play("SET 'parallelism.defalt' = '2'", null);
        Assert.Equal((0, "warning CST3110: Option 'parallelism.defalt' is unknown. Did you mean 'parallelism.default'?\n"), (code, said));
        (code, said) = Play("SELECT 1", "cst_guessed");
        Assert.Equal(1, code);
        Assert.Contains("CST3161", said, StringComparison.Ordinal);
        Assert.Contains("hint: set COLUMNSTREAM_TOKEN", said, StringComparison.Ordinal);
        (code, said) = Play("COMMIT", null);
        Assert.Equal(2, code);
        Assert.Contains("There are no transactions", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_is_named_once()
    {
        (int code, string said) = ServerProcess.Run(_folder, ["sql", "--connect", "127.0.0.1:1", "-e", "SELECT 1"]);
        Assert.Equal(1, code);
        Assert.Single(said.Split('\n'), static line => line.Contains("refused", StringComparison.Ordinal));
        Assert.Equal(2, said.Split("refused").Length);
        Assert.Contains("hint: is 'columnstream serve' running there?", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_that_is_not_there_is_named()
    {
        (int code, string said) = ServerProcess.Run(_folder, ["user", "remove", "nobody", "--data", Path.Combine(_folder, "data")]);
        Assert.Equal((2, "error CST3161: No user has the name 'nobody'. 'columnstream user list' shows them.\n"), (code, said));
    }

    [Fact]
    public async Task A_shell_that_is_killed_leaves_no_job()
    {
        using ServeClient witness = await new ServeClient(_host.Address!).SignInAsync(_host.FirstToken!);
        await witness.Rows("CREATE TABLE endless (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10')");
        using var shell = new ServerProcess(
            _folder, ["sql", "--connect", _host.Address!.ToString(), "-e", "SELECT id FROM endless"], Environment(_host.FirstToken!));
        await witness.UntilAsync("endless", "RUNNING");
        shell.Kill();
        await witness.UntilAsync("endless", "CANCELLED");
    }

    private static Dictionary<string, string> Environment(string token) => new() { ["COLUMNSTREAM_TOKEN"] = token };

    private (int Code, string Said) Play(string statements, string? token) => ServerProcess.Run(
        _folder, ["sql", "--connect", _host.Address!.ToString(), "-e", statements], Environment(token ?? _host.FirstToken!));
}
