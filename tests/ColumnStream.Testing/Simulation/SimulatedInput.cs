using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Connectors.Script;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is what sources had given at some moment: a prefix of each split.</summary>
/// <param name="tables">The tables.</param>
/// <param name="positions">How many rows of each split were read; null when all were.</param>
public sealed class SimulatedInput(
    IReadOnlyList<SimulatedTable> tables, IReadOnlyDictionary<(string Table, int Split), int>? positions)
{
    /// <summary>Gets whether all rows were read.</summary>
    public bool IsComplete => positions is null;

    /// <summary>Returns the rows of a table that were read, in the table's order.</summary>
    public IEnumerable<ScriptRow> Rows(string name)
    {
        SimulatedTable table = tables.First(t => t.Name == name);
        return table.Rows.Where((_, i) =>
            positions is null || table.Locate(i).Position < positions.GetValueOrDefault((name, table.Locate(i).Split)));
    }

    /// <summary>Returns the rows of a table that were read, as numbers, texts standing as they are.</summary>
    internal IEnumerable<string[]> Values(string name) => Rows(name).Select(row => Array.ConvertAll(row.Values, v => v ?? "NULL"));
}
