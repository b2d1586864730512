using System;
using System.Collections.Generic;

namespace ColumnStream.Connectors.Script;

/// <summary>Holds the tables of the script connector by name; whoever drives a test feeds and reads them. Thread-safe.</summary>
public sealed class ScriptRegistry
{
    private readonly Dictionary<string, ScriptTable> _tables = new(StringComparer.Ordinal);

    /// <summary>Returns the table of this name, the last part of the SQL name; makes it at first use.</summary>
    public ScriptTable Table(string name)
    {
        lock (_tables)
        {
            if (!_tables.TryGetValue(name, out ScriptTable? table))
            {
                table = new ScriptTable(name);
                _tables.Add(name, table);
            }

            return table;
        }
    }
}
