using System;
using ColumnStream.Arrow;

namespace ColumnStream.Data;

/// <summary>Is a batch of changes: a kind for each row; good until the next batch is asked for.</summary>
public sealed class ColumnStreamChangeBatch
{
    internal ColumnStreamChangeBatch(ReadOnlyMemory<ColumnStreamRowKind> kinds, RecordBatch? rows)
    {
        Kinds = kinds;
        Rows = rows;
    }

    /// <summary>Gets the kind of each row.</summary>
    public ReadOnlyMemory<ColumnStreamRowKind> Kinds { get; }

    /// <summary>
    /// Gets the rows; null where the query has begun anew and all rows held are to be dropped (see
    /// <see cref="ColumnStreamRowKind.Reset"/>). <see cref="RecordBatch.Retain"/> keeps them longer.
    /// </summary>
    public RecordBatch? Rows { get; }

    /// <summary>Gets whether all rows held are to be dropped.</summary>
    public bool IsReset => Rows is null;
}
