using System.Globalization;
using System.Linq;

namespace ColumnStream.Nexmark;

/// <summary>Holds what the command line asks for.</summary>
internal sealed record HarnessOptions(long Events, long CheckEvents, int Repetitions, string[] Queries, bool UseDuckDb)
{
    public static readonly string[] AllQueries = ["q0", "q1", "q2", "q12", "count_tumble", "q5_hop"];

    public const string Usage =
        "usage: ColumnStream.Nexmark [--events 10000000] [--check-events 1000000] [--reps 5] [--queries q0,q1] "
        + "[--no-duckdb]";

    /// <summary>Reads the arguments; null when they are wrong.</summary>
    public static HarnessOptions? Parse(string[] args)
    {
        var options = new HarnessOptions(10_000_000, 1_000_000, 5, AllQueries, UseDuckDb: true);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--no-duckdb")
            {
                options = options with { UseDuckDb = false };
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
                case "--reps":
                    options = options with { Repetitions = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--queries":
                    options = options with { Queries = value.Split(',') };
                    break;
                default:
                    return null;
            }
        }

        return options.Queries.Except(AllQueries).Any() ? null : options;
    }
}
