using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is a job that histories play, with the answer that only what its sources hold decides.</summary>
public abstract class Workload
{
    /// <summary>Gets the name that failures show.</summary>
    public abstract string Name { get; }

    /// <summary>Plans the job at drawn parallelism.</summary>
    public abstract JobGraph Plan(Random random);

    /// <summary>Makes the connector of its tables.</summary>
    public abstract Connector Connect(MemoryLedger ledger);

    /// <summary>Says what is wrong with what is visible, or null.</summary>
    /// <param name="ledger">What is visible.</param>
    /// <param name="positions">How many rows of each split the sources had given before; null when all.</param>
    public abstract string? Difference(MemoryLedger ledger, IReadOnlyDictionary<(string Table, int Split), int>? positions);

    /// <summary>Counts the rows that a changelog leaves standing; says what takes back a row that does not stand.</summary>
    internal static Dictionary<string, int> Standing(IEnumerable<(RowKind Kind, string Row)> changes)
    {
        var standing = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((RowKind kind, string row) in changes)
        {
            int count = standing.GetValueOrDefault(row) + (kind is RowKind.Insert or RowKind.UpdateAfter ? 1 : -1);
            if (count == 0)
            {
                standing.Remove(row);
            }
            else
            {
                standing[row] = count;
            }
        }

        return standing;
    }

    /// <summary>Compares what stands in a sink with what should.</summary>
    internal static string? Difference(string sink, MemoryLedger ledger, IEnumerable<string> expected)
    {
        Dictionary<string, int> standing = Standing(ledger.Rows.GetValueOrDefault(sink, []));
        Dictionary<string, int> wanted = Standing(expected.Select(row => (RowKind.Insert, row)));
        int lost = 0;
        int extra = 0;
        string? first = null;
        foreach ((string row, int count) in wanted)
        {
            int missing = count - standing.GetValueOrDefault(row);
            lost += Math.Max(0, missing);
            first ??= missing > 0 ? $"'{row}' is missing" : null;
        }

        foreach ((string row, int count) in standing)
        {
            int more = count < 0 ? -count : Math.Max(0, count - wanted.GetValueOrDefault(row));
            extra += more;
            first ??= more > 0 ? $"'{row}' stands {count} times instead of {wanted.GetValueOrDefault(row)}" : null;
        }

        return first is null ? null : $"sink {sink}: {lost} rows lost, {extra} too many; {first.Replace('\t', ' ')}";
    }
}
