using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Elements;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is what a simulated job showed, and what it went through.</summary>
public sealed class SimulatedResult
{
    private readonly MemoryLedger _ledger;

    internal SimulatedResult(SimulatedHistory history)
    {
        History = history;
        _ledger = history.Ledger;
    }

    /// <summary>Gets what happened: kills, zombies, store faults, checkpoints, checks.</summary>
    public SimulatedHistory History { get; }

    /// <summary>Gets the names of the sinks that show rows, sorted.</summary>
    public IReadOnlyList<string> Sinks => [.. _ledger.Rows.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Returns the rows that the changelog of a sink leaves standing, sorted, blanks between values.</summary>
    public IReadOnlyList<string> Rows(string sink) => [.. Standing(sink).Select(row => row.Replace('\t', ' '))];

    /// <summary>Returns all changes of a sink in the order in which they became visible.</summary>
    public IReadOnlyList<(RowKind Kind, string Row)> Changes(string sink) => _ledger.Rows.GetValueOrDefault(sink, []);

    internal IEnumerable<string> Standing(string sink) =>
        Workload.Standing(Changes(sink)).OrderBy(row => row.Key, StringComparer.Ordinal).SelectMany(row => Enumerable.Repeat(row.Key, row.Value));
}
