using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Connectors.Script;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is a source table in memory: rows of text in one order, dealt out to splits that are read one by one.</summary>
public sealed class SimulatedTable
{
    private const int BlockRows = 8;

    /// <summary>Makes a table.</summary>
    /// <param name="name">The last part of its SQL name.</param>
    /// <param name="rows">A value a column with blanks between: <c>1 'two words' NULL</c>, behind a row kind if it is no insert.</param>
    /// <param name="splits">Number of parts that readers share; rows are dealt out to them eight at a time.</param>
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

    /// <summary>Gets the number of splits.</summary>
    public int Splits { get; }

    /// <summary>Returns where a row of the table lies.</summary>
    internal (int Split, int Position) Locate(int index)
    {
        int block = index / BlockRows;
        return (block % Splits, (block / Splits * BlockRows) + (index % BlockRows));
    }

    /// <summary>Returns which row of the table lies at a place; one that does not exist lies behind the end.</summary>
    internal int IndexOf(int split, int position) =>
        (((position / BlockRows * Splits) + split) * BlockRows) + (position % BlockRows);
}
