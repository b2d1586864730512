using System;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Holds the groups and, beside them, the value sets of the aggregates that need one.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="Values">A table a call, or null.</param>
internal sealed record GroupTables(StateTable Groups, StateTable?[] Values) : IDisposable
{
    /// <summary>Gets the native bytes held.</summary>
    public long Bytes
    {
        get
        {
            long bytes = Groups.Bytes;
            foreach (StateTable? values in Values)
            {
                bytes += values?.Bytes ?? 0;
            }

            return bytes;
        }
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        Groups.Dispose();
        foreach (StateTable? values in Values)
        {
            values?.Dispose();
        }
    }
}
