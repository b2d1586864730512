using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Testing.Hostile;

namespace ColumnStream.Fuzz;

/// <summary>
/// Attacks a real <c>columnstream serve</c> in every way there is, and prints what other clients feel of it and what memory it takes.
/// </summary>
/// <remarks>
/// Three processes: the server, the bystanders (this one), and the attacker, which runs at the lowest priority: on one machine its own
/// work would otherwise delay the bystanders, as that of a foreign machine does not. Each attack runs for a second first, from an address
/// of its own, so that the compiling of what it reaches is not counted. The control, busy-machine, takes the cores at the same priority and
/// never speaks to the server: its ratio is what the machine itself costs.
/// </remarks>
internal static class HostileRun
{
    public const string Verb = "hostile";
    public const string AttackVerb = "attack";
    private const int Bystanders = 4;
    private const int SampleMs = 100;
    private const double MostRatio = 3;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_longestCalm = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);
    private static readonly IPAddress s_warmUpFrom = IPAddress.Parse("127.0.0.3");

    /// <summary>Attacks with all ways or one; returns the exit code, or null where the arguments are wrong.</summary>
    public static int? Play(string[] arguments)
    {
        (int seconds, int seed, string? only) = (5, 1, null);
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            switch (arguments[i])
            {
                case "--seconds":
                    seconds = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--seed":
                    seed = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--attack":
                    only = arguments[i + 1];
                    break;
                default:
                    return null;
            }
        }

        HostileAttack[] known = [.. HostileAttack.Controls, .. HostileAttack.All];
        HostileAttack[] attacks = only is null
            ? known : [.. only.Split(',').SelectMany(name => known.Where(a => a.Name == name))];
        return attacks.Length == 0 || arguments.Length % 2 != 0
            ? null : PlayAsync(attacks, TimeSpan.FromSeconds(seconds), seed).GetAwaiter().GetResult();
    }

    /// <summary>Attacks until standard input ends; the child's part.</summary>
    public static int Attack(string[] arguments)
    {
        HostileAttack attack = HostileAttack.Controls.Concat(HostileAttack.All).Single(a => a.Name == arguments[0]);
        var target = new HostileTarget(
            IPEndPoint.Parse(arguments[1]), IPAddress.Parse(arguments[2]), arguments[3], int.Parse(arguments[4], CultureInfo.InvariantCulture));
        using var end = new CancellationTokenSource();
        long done = 0;
        Task attacking = Task.Run(() => attack.RunAsync(target, n => Interlocked.Add(ref done, n), end.Token));
        while (Console.In.ReadLine() is not null)
        {
        }

        end.Cancel();
        attacking.GetAwaiter().GetResult();
        Console.WriteLine(done);
        return 0;
    }

    private static async Task<int> PlayAsync(HostileAttack[] attacks, TimeSpan length, int seed)
    {
        using var server = new HostileServer();
        await server.PrepareAsync(CancellationToken.None);
        List<Bystander> bystanders = [];
        for (int i = 0; i < Bystanders; i++)
        {
            bystanders.Add(new Bystander(server.Address, server.Token, s_pace));
            bystanders[^1].Start();
        }

        var fresh = new Bystander(server.Address, server.Token, s_pace * 10);
        fresh.Start(reconnects: true);
        await Task.Delay(TimeSpan.FromSeconds(5));
        Console.WriteLine(
            $"{"attack",-22}{"done",10}{"p50 ms",9}{"during",9}{"p99 ms",9}{"during",9}{"ratio",7}{"new p99",9}{"during",9}{"failed",8}"
            + $"{"MB",7}{"peak",7}{"after",7}{"MB/min",9}{"CPU",6}{"during",7}{"theirs",7}  alive");
        int broken = 0;
        foreach (HostileAttack attack in attacks)
        {
            broken += await PlayAsync(attack, server, bystanders, fresh, length, seed) ? 0 : 1;
            if (!server.IsAlive)
            {
                Console.WriteLine(server.Output);
                return 1;
            }
        }

        foreach (Bystander bystander in bystanders.Append(fresh))
        {
            await bystander.DisposeAsync();
        }

        int errors = server.Output.Split("error: ").Length - 1;
        Console.WriteLine($"{attacks.Length - broken} of {attacks.Length} attacks withstood; errors in the server's log: {errors}");
        Console.WriteLine(server.Output[^Math.Min(server.Output.Length, errors == 0 ? 0 : 4000)..]);
        return broken == 0 ? 0 : 1;
    }

    private static async Task<bool> PlayAsync(
        HostileAttack attack, HostileServer server, List<Bystander> bystanders, Bystander fresh, TimeSpan length, int seed)
    {
        await WarmUpAsync(attack, server.Target(seed) with { From = s_warmUpFrom });
        Take(bystanders);
        fresh.Take();
        TimeSpan calmLength = length < s_longestCalm ? length : s_longestCalm;
        TimeSpan calmCpu = -server.ProcessorTime;
        await Task.Delay(calmLength);
        calmCpu += server.ProcessorTime;
        (List<double> calm, _, _) = Take(bystanders);
        IReadOnlyList<double> freshCalm = fresh.Take().Milliseconds;
        long before = server.ResidentBytes;
        using Process attacker = Begin(attack, server.Target(seed));
        List<(double Seconds, long Bytes)> memory = [];
        TimeSpan attackedCpu = -server.ProcessorTime;
        long from = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(from) < length && server.IsAlive)
        {
            await Task.Delay(SampleMs);
            memory.Add((TimeProvider.System.GetElapsedTime(from).TotalSeconds, server.ResidentBytes));
        }

        (List<double> during, int failures, string? last) = Take(bystanders);
        (IReadOnlyList<double> freshDuring, int freshFailures, string? freshLast) = fresh.Take();
        attackedCpu += server.ProcessorTime;
        TimeSpan theirCpu = attacker.TotalProcessorTime;
        string done = await EndAsync(attacker);
        await Task.Delay(TimeSpan.FromSeconds(1));
        double p99 = Bystander.Percentile(calm, 99);
        double hurt = Bystander.Percentile(during, 99);
        bool holds = server.IsAlive && failures + freshFailures == 0 && hurt <= p99 * MostRatio;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{attack.Name,-22}{done,10}{Bystander.Percentile(calm, 50),9:F1}{Bystander.Percentile(during, 50),9:F1}{p99,9:F1}{hurt,9:F1}"
            + $"{hurt / p99,7:F1}{Bystander.Percentile(freshCalm, 99),9:F1}{Bystander.Percentile(freshDuring, 99),9:F1}{failures + freshFailures,8}"
            + $"{Megabytes(before),7}{Megabytes(memory.Max(static m => m.Bytes)),7}{Megabytes(server.ResidentBytes),7}{Slope(memory),9:F1}"
            + $"{calmCpu / calmLength,6:P0}{attackedCpu / length,7:P0}{theirCpu / length,7:P0}"
            + $"  {(server.IsAlive ? "yes" : "DEAD")}{(holds ? string.Empty : " BROKEN " + (last ?? freshLast))}"));
        return holds;
    }

    private static async Task WarmUpAsync(HostileAttack attack, HostileTarget target)
    {
        using Process attacker = Begin(attack, target);
        await Task.Delay(s_warmUp);
        await EndAsync(attacker);
        await Task.Delay(s_warmUp);
    }

    private static async Task<string> EndAsync(Process attacker)
    {
        attacker.StandardInput.Close();
        string done = (await attacker.StandardOutput.ReadToEndAsync()).Trim();
        await attacker.WaitForExitAsync();
        return done;
    }

    private static Process Begin(HostileAttack attack, HostileTarget target)
    {
        var start = new ProcessStartInfo(
            "nice",
            ["-n", "19", "dotnet", "exec", typeof(HostileRun).Assembly.Location, AttackVerb, attack.Name, target.Address.ToString(),
                target.From.ToString(), target.Token, target.Seed.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private static (List<double> Milliseconds, int Failures, string? Last) Take(List<Bystander> bystanders)
    {
        (List<double> all, int failures, string? last) = ([], 0, null);
        foreach (Bystander bystander in bystanders)
        {
            (IReadOnlyList<double> some, int failed, string? why) = bystander.Take();
            all.AddRange(some);
            failures += failed;
            last = why ?? last;
        }

        return (all, failures, last);
    }

    private static long Megabytes(long bytes) => bytes >> 20;

    /// <summary>Fits a line through the second half, when what is needed once is there; MiB a minute.</summary>
    private static double Slope(List<(double Seconds, long Bytes)> memory)
    {
        var half = memory.Skip(memory.Count / 2).ToList();
        double meanSeconds = half.Average(static m => m.Seconds);
        double meanBytes = half.Average(static m => (double)m.Bytes);
        double spread = half.Sum(m => Math.Pow(m.Seconds - meanSeconds, 2));
        return spread == 0 ? 0 : half.Sum(m => (m.Seconds - meanSeconds) * (m.Bytes - meanBytes)) / spread * 60 / (1 << 20);
    }
}
