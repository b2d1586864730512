using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Checks that batches fit the schema that was written in front of them.</summary>
internal static class BatchTypes
{
    /// <exception cref="ArgumentException">A column's type differs.</exception>
    public static void Check(Schema schema, RecordBatch batch)
    {
        if (batch.Columns.Length != schema.Fields.Count)
        {
            throw new ArgumentException(
                $"Batch has a wrong number of columns: {batch.Columns.Length}, {schema.Fields.Count}.", nameof(batch));
        }

        for (int i = 0; i < batch.Columns.Length; i++)
        {
            DataType type = batch.Columns[i].Type;
            if (!ReferenceEquals(type, schema.Fields[i].Type) && type != schema.Fields[i].Type)
            {
                throw new ArgumentException(
                    $"Column has another type than its schema: {type}, {schema.Fields[i]}.", nameof(batch));
            }
        }
    }
}
