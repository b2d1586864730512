using System;
using System.Globalization;
using System.Linq;
using ColumnStream.Fuzz.Plants;

namespace ColumnStream.Fuzz;

/// <summary>Mutates inputs of one format, in a child process, and says what became of them.</summary>
internal static class Program
{
    /// <summary>Begins the arguments of a child.</summary>
    public const string ChildVerb = "child";

    private const double LeastReachedPercent = 30;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_plantPatience = TimeSpan.FromSeconds(15);

    private static int Main(string[] arguments)
    {
        if (arguments is [ChildVerb, string name, string seed, string first, string count, string plant, string log])
        {
            return Worker.Run(FuzzTarget.Find(name)!, Int(seed), Int(first), Int(count), Int(plant), log);
        }

        if (arguments is [HostileRun.AttackVerb, ..])
        {
            return HostileRun.Attack(arguments[1..]);
        }

        if (arguments is [HostileRun.Verb, ..])
        {
            return HostileRun.Play(arguments[1..]) ?? Usage();
        }

        if (arguments.Length == 0 || arguments.Length % 2 == 0 || Find(arguments[0]) is not { } verb)
        {
            return Usage();
        }

        Options options = new();
        for (int i = 1; i < arguments.Length; i += 2)
        {
            if (!options.Set(arguments[i], arguments[i + 1]))
            {
                return Usage();
            }
        }

        return verb(options);
    }

    private static Func<Options, int>? Find(string verb) => verb switch
    {
        "plants" => FindPlants,
        "simulation" => static options => SimulationRun.Play(options.Seed, options.Count, options.Findings),
        _ => FuzzTarget.Find(verb) is { } target ? options => Fuzz(target, options) : null,
    };

    private static int Usage()
    {
        string targets = string.Join('|', FuzzTarget.All.Select(t => t.Name));
        Console.Error.WriteLine(
            $"usage: ColumnStream.Fuzz {targets} [--seed S] [--count N] [--case C] [--plant K]\n"
            + "       ColumnStream.Fuzz plants [--seed S] [--count N]\n"
            + "       ColumnStream.Fuzz simulation [--seed S] [--count N] [--findings F]\n"
            + "       ColumnStream.Fuzz hostile [--seconds N] [--seed S] [--attack NAME]");
        return 2;
    }

    private static int Fuzz(FuzzTarget target, Options options)
    {
        long started = Environment.TickCount64;
        Supervisor supervisor = new(target, options.Plant, s_patience);
        FuzzReport report = supervisor.Run(options.Seed, options.Count, options.Case);
        if (report.Finding is { } finding)
        {
            Console.WriteLine($"{target.Name}: {finding.Kind}\n{finding.Detail}");
            string planted = options.Plant == 0 ? string.Empty : $" --plant {options.Plant}";
            Console.WriteLine(
                $"replay: dotnet run --project tests/ColumnStream.Fuzz -- {target.Name} --seed {finding.Seed} "
                + $"--case {finding.Case}{planted}");
            return 1;
        }

        Console.WriteLine(
            $"{target.Name}: seed {options.Seed}, {report.Cases} cases, {report.ReachedBody} reached bodies "
            + $"({report.ReachedPercent:0.0} %), {report.Rejected} rejected, {(Environment.TickCount64 - started) / 1000.0:0.0} s");
        if (options.Case is null && report.ReachedPercent < LeastReachedPercent)
        {
            Console.WriteLine($"Too few cases reached a body: at least {LeastReachedPercent:0} % must.");
            return 1;
        }

        return 0;
    }

    private static int FindPlants(Options options)
    {
        int missed = 0;
        foreach (Plant plant in Plant.All)
        {
            // The count is only what a miss costs.
            FuzzTarget target = FuzzTarget.Find(plant.Target)!;
            FuzzFinding? finding = new Supervisor(target, plant.Number, s_plantPatience).Run(options.Seed, options.Count).Finding;

            // The same case must pass without the plant: a true bug does not count as found.
            bool isFound = finding is not null
                && new Supervisor(target, plant: 0, s_plantPatience).Run(finding.Seed, 1, finding.Case).Finding is null;
            string outcome = finding is null ? "NOT FOUND"
                : !isFound ? $"HIDDEN by {finding.Kind}, seed {finding.Seed}, case {finding.Case}:\n{finding.Detail}"
                : $"found by {finding.Kind}, seed {finding.Seed}, case {finding.Case}";
            Console.WriteLine($"plant {plant.Number} ({plant.Target}, {plant.What}): {outcome}");
            missed += isFound ? 0 : 1;
        }

        Console.WriteLine($"{Plant.All.Length - missed} of {Plant.All.Length} planted bugs found");
        return missed == 0 ? 0 : 1;
    }

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private sealed class Options
    {
        public int Seed { get; private set; } = 1;

        public int Count { get; private set; } = 20_000;

        public int Plant { get; private set; }

        public int? Case { get; private set; }

        public int Findings { get; private set; } = 20;

        public bool Set(string name, string text)
        {
            if (!int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value))
            {
                return false;
            }

            switch (name)
            {
                case "--seed":
                    Seed = value;
                    return true;
                case "--count":
                    Count = value;
                    return true;
                case "--plant":
                    Plant = value;
                    return true;
                case "--findings":
                    Findings = value;
                    return true;
                case "--case":
                    Case = value;
                    return true;
                default:
                    return false;
            }
        }
    }
}
