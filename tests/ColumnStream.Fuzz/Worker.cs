using System;

namespace ColumnStream.Fuzz;

/// <summary>Runs slices inside the child, one line of output per slice.</summary>
internal static class Worker
{
    public const int FoundExitCode = 3;

    public static int Run(FuzzTarget target, int seed, int first, int count, int plant, string logPath)
    {
        using var log = new CaseLog(logPath);
        try
        {
            for (int done = 0; done < count;)
            {
                int cases = Math.Min(count - done, target.SliceCases);
                int begin = target.AreCasesAlone ? first : 0;
                var run = new FuzzRun(seed, begin, first - begin + cases, plant, log);
                target.Run(run);
                Console.WriteLine($"slice {run.Reached} {run.Rejected} {cases}");
                done += cases;
                seed++;
                first = 0;
            }

            return 0;
        }
        catch (FuzzException e)
        {
            Console.Error.WriteLine(e);
            return FoundExitCode;
        }
    }
}
