using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Connectors.Script;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is a source table in memory: rows of text in one order, dealt out to splits that are read one by one.</summary>
public sealed class SimulatedTable
{
    /// <summary>Makes a table.</summary>
    /// <param name="name">The last part of its SQL name.</param>
    /// <param name="rows">A value a column with blanks between: <c>1 'two words' NULL</c>, behind a row kind if it is no insert.</param>
    /// <param name="splits">Number of parts that readers share; each row goes to the next one.</param>
    public SimulatedTable(string name, IEnumerable<string> rows, int splits = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(splits, 1);
        Name = name;
        Rows = [.. rows.Select(ScriptRow.Parse)];
        Splits = splits;
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets all rows in order.</summary>
    public IReadOnlyList<ScriptRow> Rows { get; }

    /// <summary>Gets the number of splits; row i lies in split i modulo it.</summary>
    public int Splits { get; }

    /// <summary>Returns the number of rows of a split.</summary>
    internal int LengthOf(int split) => (Rows.Count - split + Splits - 1) / Splits;
}
