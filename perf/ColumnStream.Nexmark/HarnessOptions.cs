using System.Globalization;
using System.Linq;

namespace ColumnStream.Nexmark;

/// <summary>Holds what the command line asks for.</summary>
/// <param name="Events">Events that are timed.</param>
/// <param name="CheckEvents">Events over which answers are compared; 0 for none.</param>
/// <param name="EventsPerSecond">Events in a second of event time.</param>
/// <param name="Repetitions">Rounds that count.</param>
/// <param name="Queries">Names of queries.</param>
/// <param name="UseDuckDb">Whether DuckDB runs beside.</param>
/// <param name="Task">What is done: answers compared and queries timed, answers compared,
/// DuckDB's answers kept, or adverse inputs run.</param>
/// <param name="Operators">Names of the operators that adverse inputs are run over; none for all.</param>
/// <param name="Inputs">Names of the adverse inputs; none for all.</param>
internal sealed record HarnessOptions(
    long Events, long CheckEvents, int EventsPerSecond, int Repetitions, string[] Queries, bool UseDuckDb, string Task,
    string[] Operators, string[] Inputs)
{
    public static readonly string[] AllQueries = 
    [
        "q0", "q1", "q2", "q3", "q4", "q5", "q7", "q8", "q9", "q10", "q11", "q12", "q13", "q14", "q15", "q16", "q17", "q18",
        "q19", "q20", "q21", "q22", "q23", "count_tumble", "q5_hop",
    ];

    public const string Usage =
        "usage: ColumnStream.Nexmark [run|check|answers|adverse|checkpoint] [--events 10000000] [--check-events 1000000] "
        + "[--rate 10000] [--reps 5] [--queries q0,q1] [--no-duckdb] "
        + "[--operators \"OVER,top 10\"] [--inputs Clean,HotKey]";

    private static readonly string[] s_tasks = ["run", "check", "answers", "adverse"];

    /// <summary>Reads the arguments; null when they are wrong.</summary>
    public static HarnessOptions? Parse(string[] args)
    {
        var options = new HarnessOptions(10_000_000, 1_000_000, 10_000, 5, AllQueries, UseDuckDb: true, "run", [], []);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--no-duckdb")
            {
                options = options with { UseDuckDb = false };
                continue;
            }

            if (s_tasks.Contains(args[i]))
            {
                options = options with { Task = args[i] };
                continue;
            }

            if (i + 1 == args.Length)
            {
                return null;
            }

            string value = args[++i];
            switch (args[i - 1])
            {
                case "--events":
                    options = options with { Events = long.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--check-events":
                    options = options with { CheckEvents = long.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--rate":
                    options = options with { EventsPerSecond = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--reps":
                    options = options with { Repetitions = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--queries":
                    options = options with { Queries = value.Split(',') };
                    break;
                case "--operators":
                    options = options with { Operators = value.Split(',') };
                    break;
                case "--inputs":
                    options = options with { Inputs = value.Split(',') };
                    break;
                default:
                    return null;
            }
        }

        return options.Queries.Except(AllQueries).Any() ? null : options;
    }
}
