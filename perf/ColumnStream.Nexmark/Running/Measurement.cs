using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Nexmark.Running;

/// <summary>Collects the repetitions of one query; costs are CPU nanoseconds, or managed bytes, an event.</summary>
internal sealed class Measurement(string query, long events)
{
    public string Query { get; } = query;

    public long RowsIn { get; set; }

    public long RowsOut { get; set; }

    /// <summary>Gets or sets the rows of DuckDB's answer: changes that were taken back are not among them.</summary>
    public long FinalRows { get; set; }

    public List<double> EngineNs { get; } = [];

    public List<double> HandNs { get; } = [];

    public List<double> DuckNs { get; } = [];

    public List<double> AllocatedBytes { get; } = [];

    public string Nodes { get; set; } = string.Empty;

    /// <summary>Gets our median over the hand loop's.</summary>
    public double OverHand => Median(EngineNs) / Median(HandNs);

    /// <summary>Gets DuckDB's median over ours; NaN without DuckDB.</summary>
    public double DuckOver => Median(DuckNs) / Median(EngineNs);

    public double PerEvent(long total) => (double)total / events;

    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length switch
        {
            0 => double.NaN,
            var n when n % 2 == 1 => sorted[n / 2],
            var n => (sorted[(n / 2) - 1] + sorted[n / 2]) / 2,
        };
    }

    public static double Least(IReadOnlyCollection<double> values) => values.Count == 0 ? double.NaN : values.Min();
}
