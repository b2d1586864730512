using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Picks the accumulator of SUM and AVG by argument type.</summary>
internal static class SumAccumulators
{
    /// <summary>Makes what runs a call.</summary>
    public static Accumulator Create(AggregateCall call, bool isAverage)
    {
        SqlType argument = call.ArgumentTypes[0];
        DataType result = call.Type.ToArrow();
        return argument.Id switch
        {
            SqlTypeId.Decimal => new Int128SumAccumulator(result, argument.ToArrow(), isAverage),
            SqlTypeId.Float or SqlTypeId.Double => new Float64SumAccumulator(result, isAverage),
            _ => new Int64SumAccumulator(result, isAverage),
        };
    }
}
