using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;

namespace ColumnStream.Microbench.Network;

/// <summary>Is what one run of a network bench took.</summary>
/// <param name="Rate">GB a second.</param>
/// <param name="Cpu">CPU seconds of the whole process a GB.</param>
internal readonly record struct Figure(double Rate, double Cpu)
{
    /// <summary>Times a run that moves <paramref name="bytes"/>.</summary>
    public static async Task<Figure> OfAsync(Func<Task> run, long bytes)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        long start = TimeProvider.System.GetTimestamp();
        await run();
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new Figure(bytes / seconds / 1e9, (process.TotalProcessorTime - before).TotalSeconds / (bytes / 1e9));
    }

    /// <summary>Returns the median of rates and of CPU times.</summary>
    public static Figure Median(List<Figure> figures) => new(
        figures.Select(f => f.Rate).Order().ElementAt(figures.Count / 2),
        figures.Select(f => f.Cpu).Order().ElementAt(figures.Count / 2));
}
