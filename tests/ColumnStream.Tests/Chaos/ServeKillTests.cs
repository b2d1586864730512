using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using ColumnStream.Testing.Chaos;
using ColumnStream.Tests.Server.Hosting;
using Xunit;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: a server that is killed or stopped goes on with its jobs exactly once. Method: the real process, its protocol, SIGKILL and SIGTERM at
/// moments drawn from a seed; the sink's files are held against the numbers that the source gives. A job that is started anew, or goes on from an
/// older checkpoint than its sink committed, shows as a number that is missing or there twice.
/// </summary>
public sealed class ServeKillTests
{
    [Fact]
    public async Task Jobs_of_a_killed_server_go_on_exactly_once()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("COLUMNSTREAM_SEED"), out int given) ? given : Random.Shared.Next();
        var random = new Random(seed);
        string folder = Directory.CreateTempSubdirectory("columnstream-serve-kill-").FullName;
        try
        {
            string token = await Begin(folder, random);
            for (int round = 0; round < 3; round++)
            {
                using ServerProcess server = Start(folder);
                using ServeClient client = await Connect(server, token);
                Assert.True(server.Output.Contains("1 job went on", StringComparison.Ordinal), $"seed {seed}: {server.Output}");
                await Task.Delay(random.Next(100, 900));
                if (round == 1)
                {
                    Interrupt(server);
                }
                else
                {
                    server.Kill();
                }
            }

            using (ServerProcess server = Start(folder))
            {
                using ServeClient client = await Connect(server, token);
                Assert.Equal(["sink|CANCELLED"], await client.Rows("STOP JOB 'sink'"));
                int rows = AssertOnce(folder, seed);

                // The definitions are there still, and so is what the job left.
                Assert.Contains("numbers", await client.Rows("SHOW TABLES"));
                Assert.Equal([$"{rows}"], await client.Rows("SELECT COUNT(*) FROM sink"));
                (int code, string said) = ServerProcess.Run(
                    folder, ["sql", "--connect", Address(server).ToString(), "-e", "SELECT MAX(id) AS most FROM sink"],
                    new Dictionary<string, string> { ["COLUMNSTREAM_TOKEN"] = token });
                Assert.Equal((0, $"most\n{rows}\n"), (code, said));
                server.Kill();
            }

            using ServerProcess last = Start(folder);
            using ServeClient end = await Connect(last, token);
            Assert.DoesNotContain("went on", last.Output, StringComparison.Ordinal);
            Interrupt(last);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> Begin(string folder, Random random)
    {
        using ServerProcess server = Start(folder);
        Assert.True(server.WaitUntil(() => server.Output.Contains("serves Flight SQL", StringComparison.Ordinal)), server.Output);
        string token = Regex.Match(server.Output, "cst_[A-Za-z0-9_-]+").Value;
        using ServeClient client = await Connect(server, token);
        await client.Sql.UpdateAsync(
            "CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', "
            + "'fields.id.end' = '9000000000', 'rows-per-second' = '8000')", ServeClient.Limit);
        await client.Sql.UpdateAsync(
            $"CREATE TABLE sink (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{folder}/out', 'format' = 'csv')",
            ServeClient.Limit);
        await client.Rows("SET 'execution.checkpointing.interval' = '100 ms'");
        Assert.Equal(["sink"], await client.Rows("INSERT INTO sink SELECT id FROM numbers"));
        await Task.Delay(random.Next(200, 1200));
        server.Kill();
        return token;
    }

    private static ServerProcess Start(string folder) =>
        new(folder, ["serve", "--data", "data", "--listen", "127.0.0.1:0", "--allow-path", folder], new Dictionary<string, string>
        {
            ["COLUMNSTREAM_RUNTIME_DIR"] = Directory.CreateDirectory(Path.Combine(folder, "run")).FullName,
        });

    private static async Task<ServeClient> Connect(ServerProcess server, string token)
    {
        Assert.True(server.WaitUntil(() => server.Output.Contains("serves Flight SQL", StringComparison.Ordinal)), server.Output);
        return await new ServeClient(Address(server)).SignInAsync(token);
    }

    private static IPEndPoint Address(ServerProcess server) =>
        IPEndPoint.Parse(Regex.Match(server.Output, @"grpc://([0-9.:]+)").Groups[1].Value);

    private static void Interrupt(ServerProcess server)
    {
        server.SendInterrupt();
        Assert.True(server.Wait() == 0, server.Output);
    }

    /// <summary>Holds the files against 1, 2, 3 and so on to the greatest number there; returns that.</summary>
    private static int AssertOnce(string folder, int seed)
    {
        List<int> seen =
        [
            .. Directory.EnumerateFiles(Path.Combine(folder, "out")).Where(static file => Path.GetFileName(file)[0] != '.')
                .SelectMany(File.ReadLines).Select(static line => int.Parse(line, CultureInfo.InvariantCulture)),
        ];
        int most = seen.Count == 0 ? 0 : seen.Max();
        int distinct = seen.Distinct().Count();
        Assert.True(
            distinct == most && seen.Count == distinct && most > 0,
            $"seed {seed}: up to {most}, {most - distinct} missing, {seen.Count - distinct} there more than once");
        return most;
    }
}
