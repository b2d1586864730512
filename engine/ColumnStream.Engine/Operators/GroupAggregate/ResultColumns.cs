using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Makes output columns of group rows: the keys, then the aggregates.</summary>
internal static unsafe class ResultColumns
{
    /// <summary>Fills the first columns; the caller fills what follows.</summary>
    public static void Build(AggregatePlan plan, byte** rows, int count, ArrayData[] columns, BufferAllocator allocator)
    {
        StateLayout layout = plan.Layout;
        for (int i = 0; i < layout.Keys.Count; i++)
        {
            columns[i] = RowColumns.Key(layout, i, layout.Keys[i].Type, rows, count, allocator);
        }

        for (int i = 0; i < plan.Accumulators.Length; i++)
        {
            try
            {
                columns[layout.Keys.Count + i] = plan.Accumulators[i].Emit(rows, count, allocator);
            }
            catch (EvaluationException error)
            {
                foreach (ArrayData? column in columns)
                {
                    column?.Release();
                }

                throw EvaluationErrors.ToUser(error);
            }
        }
    }
}
