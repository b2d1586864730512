using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Testing.Contracts;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: what happens to one file of a server's folder takes nothing else with it, and is told of. Method: a folder with users, tables, a secret
/// and a job; each of its files emptied, cut, changed and removed in turn, and a start behind each.
/// </summary>
public sealed class DamagedFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Breaks when a start dies of anything but an error that names the place, or goes on in silence with less than there was.</summary>
    [Fact]
    public async Task A_damaged_file_is_told_of_and_costs_nothing_else()
    {
        string data = _folder.At("data");
        string token = await FillAsync(data);
        Copy(data, _folder.At("copy"));
        string[] files =
        [
            .. Directory.GetFiles(data, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(data, file))
                .Where(static file => !file.StartsWith("checkpoints", StringComparison.Ordinal)
                    && !file.StartsWith("savepoints", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ];
        Assert.Contains("secret.key", files);
        Assert.Contains(files, static file => file.Contains("secrets/", StringComparison.Ordinal));
        Assert.Contains(files, static file => file.Contains("jobs/", StringComparison.Ordinal));
        Assert.Contains(files, static file => file.Contains("users/", StringComparison.Ordinal));
        int refused = 0;
        foreach (string file in files)
        {
            foreach ((string how, Action<string> damage) in Damages())
            {
                Directory.Delete(data, recursive: true);
                Copy(_folder.At("copy"), data);
                damage(Path.Combine(data, file));
                (string? refusal, string said) = await StartAsync(data, token, $"{file} {how}");
                refused += refusal is null ? 0 : 1;
            }
        }

        Assert.InRange(refused, 5, files.Length * 4);
        Directory.Delete(data, recursive: true);
        Copy(_folder.At("copy"), data);
        Assert.Equal((null, ""), await StartAsync(data, token, "whole"));
    }

    /// <summary>Breaks when a process that died while it made its key leaves a folder that no other one can start in.</summary>
    [Fact]
    public async Task A_first_start_that_died_early_is_begun_anew()
    {
        string data = _folder.At("data");
        Directory.CreateDirectory(data);
        await File.WriteAllBytesAsync(Path.Combine(data, "secret.key.new"), new byte[7]);
        await using ServeHost host = Host(data, TextWriter.Null);
        await host.StartAsync(default);
        Assert.NotNull(host.FirstToken);
        Assert.Equal(32, new FileInfo(Path.Combine(data, "secret.key")).Length);
        Assert.False(File.Exists(Path.Combine(data, "secret.key.new")));
    }

    private static IEnumerable<(string How, Action<string> Damage)> Damages()
    {
        yield return ("emptied", static file => File.WriteAllBytes(file, []));
        yield return ("cut", static file =>
        {
            byte[] bytes = File.ReadAllBytes(file);
            File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
        });
        yield return ("changed", static file =>
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (bytes.Length > 0)
            {
                bytes[bytes.Length / 3] ^= 0x11;
            }

            File.WriteAllBytes(file, bytes);
        });
        yield return ("removed", File.Delete);
    }

    private static async Task<string> FillAsync(string data)
    {
        await using ServeHost host = Host(data, TextWriter.Null);
        await host.StartAsync(default);
        host.Accounts.Change("ann", static user => user with { Role = "viewer" });
        string token = host.Accounts.AddToken("ann", lifetime: null);
        using ServeClient admin = await new ServeClient(host.Address!).SignInAsync(host.FirstToken!);
        await admin.Rows("CREATE TABLE hole (a STRING) WITH ('connector' = 'blackhole')");
        await admin.Rows("CREATE TABLE endless (a STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '10')");
        await admin.Rows(
            "CREATE TABLE far (a STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db.example/x', 'table-name' = 'x', "
            + "'username' = 'u', 'password' = 'CANARY')");
        await admin.Rows("INSERT INTO hole SELECT a FROM endless");
        await host.StopAsync(SessionWorld.Limit, TextWriter.Null);
        return token;
    }

    /// <summary>Starts a server; a refusal says what and where, and one that starts has all, or says what it lacks.</summary>
    private static async Task<(string? Refusal, string Said)> StartAsync(string data, string token, string what)
    {
        using var log = new StringWriter();
        ServeHost? host = null;
        try
        {
            host = Host(data, log);
            await host.StartAsync(default);
        }
        catch (ColumnStreamException refusal)
        {
            if (host is not null)
            {
                await host.DisposeAsync();
            }

            Assert.True(refusal.Code == 5061 && refusal.Message.Length > 40, $"{what}: {refusal.Code} {refusal.Message}");
            return (refusal.Message, "");
        }

        await using (host)
        {
            string said = log.ToString();
            bool isOfUsers = what.Contains("users/", StringComparison.Ordinal);
            if (!isOfUsers)
            {
                using ServeClient ann = await new ServeClient(host.Address!).SignInAsync(token);
                string[] tables = await ann.Rows("SHOW TABLES");
                bool isAll = tables.Length == 3 && (await ann.Rows("SELECT job_id FROM sys.jobs WHERE status = 'RUNNING' AND job_id = 'hole'")).Length == 1;
                bool isOlder = what.EndsWith("removed", StringComparison.Ordinal);
                Assert.True(isAll || isOlder || said.Length > 0, $"{what}: {string.Join(",", tables)} and nothing said");
                Assert.True(tables.Contains("hole") || isOlder, $"{what}: {string.Join(",", tables)}: {said}");
            }

            return (null, said);
        }
    }

    private static ServeHost Host(string data, TextWriter log) => new(
        new ServeOptions(data, new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default), TextWriter.Null, TextWriter.Synchronized(log));

    private static void Copy(string from, string to)
    {
        foreach (string folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
