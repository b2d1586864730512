using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Engine.Connectors;

/// <summary>Is one table of <c>sys</c> or <c>information_schema</c>, whose rows tell about this process: a bounded, read-only source.</summary>
/// <remarks>A new one is a subclass and a line where the process is composed. Calls come from any thread.</remarks>
public abstract class SystemTable
{
    /// <summary>Gets the database that it stands in.</summary>
    public virtual string Database => "sys";

    /// <summary>Gets the name behind <c>sys.</c>: <c>functions</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Gets one sentence for help.</summary>
    public abstract string Doc { get; }

    /// <summary>Gets the columns: texts, whole numbers, DOUBLE, BOOLEAN and TIMESTAMP_LTZ(3).</summary>
    public abstract ValueList<SqlField> Columns { get; }

    /// <summary>
    /// Makes the rows as they are when a query begins to read: string, long, double, bool, or for TIMESTAMP_LTZ a long of
    /// milliseconds; null for NULL.
    /// </summary>
    public abstract IEnumerable<object?[]> Rows();
}
