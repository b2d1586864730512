using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ColumnStream.Testing.Simulation;

/// <summary>Runs a job of SQL in virtual time while processes die, stores fail and parallelism changes: does it keep its answer?</summary>
/// <remarks>
/// Tables of the script have <c>'connector' = 'memory'</c>: sources read the rows given, sinks show theirs exactly once. The same seed
/// is the same history, to the last turn. See README.md in this folder.
/// </remarks>
public static class SimulatedJob
{
    /// <summary>Plays one history and returns what its sinks show at the end.</summary>
    /// <param name="sql">Definitions and one job: an INSERT INTO or a statement set.</param>
    /// <param name="tables">The rows of every source.</param>
    /// <param name="seed">Draws everything that happens.</param>
    /// <param name="faults">What may go wrong; by default everything.</param>
    /// <param name="expected">The rows that each sink must leave standing, blanks between values; by default those of a run in peace.</param>
    /// <exception cref="SimulationException">Rows are lost, doubled or early, or a job did not get on: the message says how and with which seed.</exception>
    /// <exception cref="ArgumentException">The script is wrong.</exception>
    public static SimulatedResult Run(
        string sql, IReadOnlyList<SimulatedTable> tables, int seed, SimulatedFaults? faults = null,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? expected = null)
    {
        IReadOnlyDictionary<string, IEnumerable<string>> answer = expected is null
            ? RunInPeace(sql, tables)
            : expected.ToDictionary(e => e.Key, e => e.Value.Select(ToTabs));
        return Play(sql, tables, seed, faults ?? new SimulatedFaults(), answer);
    }

    /// <summary>Plays the histories of seeds 1 to <paramref name="seeds"/>; returns the last.</summary>
    /// <inheritdoc cref="Run" path="/exception"/>
    public static SimulatedResult RunMany(
        string sql, IReadOnlyList<SimulatedTable> tables, int seeds, SimulatedFaults? faults = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        IReadOnlyDictionary<string, IEnumerable<string>> answer = RunInPeace(sql, tables);
        SimulatedResult? last = null;
        for (int seed = 1; seed <= seeds; seed++)
        {
            last = Play(sql, tables, seed, faults ?? new SimulatedFaults(), answer);
        }

        return last!;
    }

    private static Dictionary<string, IEnumerable<string>> RunInPeace(string sql, IReadOnlyList<SimulatedTable> tables)
    {
        SimulatedResult result = Play(
            sql, tables, 1, SimulatedFaults.None, new Dictionary<string, IEnumerable<string>>(StringComparer.Ordinal));
        return result.Sinks.ToDictionary(s => s, result.Standing);
    }

    private static SimulatedResult Play(
        string sql, IReadOnlyList<SimulatedTable> tables, int seed, SimulatedFaults faults,
        IReadOnlyDictionary<string, IEnumerable<string>> answer)
    {
        var job = new SqlWorkload("job", sql, tables, input => input.IsComplete ? answer : null);
        return new SimulatedResult(SimulatedHistory.Play(
            seed, job, faults, replay: string.Create(CultureInfo.InvariantCulture, $"replay: SimulatedJob.Run(…, seed: {seed})")));
    }

    private static string ToTabs(string row) => row.Replace(' ', '\t');
}
