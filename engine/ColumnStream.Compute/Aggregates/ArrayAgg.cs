using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of ARRAY_AGG.</summary>
internal sealed class ArrayAgg : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "ARRAY_AGG";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["ARRAY_AGG([DISTINCT] value [RESPECT NULLS | IGNORE NULLS])"];

    /// <inheritdoc/>
    public override string Doc => "Returns the values as an array in the order in which they came; NULL when there are none.";

    /// <inheritdoc/>
    public override bool HasNullTreatment => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) => arguments.Length != 1
        ? null
        : new FunctionBinding(
            ValueList.Create(arguments), SqlType.Array(arguments[0].Materialized().WithNullable(true)).WithNullable(true));

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) =>
        new ArrayAggAccumulator(call.ArgumentTypes[0].ToArrow(), call.Type.ToArrow(), call.Nulls != NullRule.Ignore);
}

/// <summary>Makes arrays of the values that stand.</summary>
internal sealed unsafe class ArrayAggAccumulator(DataType argument, DataType result, bool takesNulls)
    : LogAccumulator(argument, takesNulls)
{
    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using var builder = new ListBuilder(result, allocator, count);
        for (int i = 0; i < count; i++)
        {
            Log.Read(rows[i] + Offset);
            if (Log.Count == 0)
            {
                builder.AppendNull();
                continue;
            }

            foreach (LogEntry entry in Log.Entries)
            {
                ArgumentValues.Append(builder.Items, entry);
            }

            builder.AppendList();
        }

        return builder.Finish();
    }
}
