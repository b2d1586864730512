using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Resolves MIN and MAX: any type with an order, returned as it is.</summary>
internal static class ExtremeBinding
{
    /// <summary>Resolves a call; null when the type has no order.</summary>
    public static FunctionBinding? Of(SqlType type)
    {
        bool ordered = type.IsNumeric || type.IsText || type.IsTimestamp
            || type.Id is SqlTypeId.Null or SqlTypeId.Boolean or SqlTypeId.Date or SqlTypeId.Time
                or SqlTypeId.IntervalYearMonth or SqlTypeId.IntervalDayTime;
        return ordered ? new FunctionBinding([type], type.Materialized().WithNullable(true)) : null;
    }

    /// <summary>Makes what runs a call.</summary>
    public static Accumulator Create(AggregateCall call, bool greatest)
    {
        DataType type = call.ArgumentTypes[0].ToArrow();
        if (type.IsView)
        {
            return new TextExtremeAccumulator(type, greatest);
        }

        if (type.Id is TypeId.Float32 or TypeId.Float64)
        {
            return greatest
                ? new ExtremeAccumulator<double, GreatestFloat64>(type)
                : new ExtremeAccumulator<double, LeastFloat64>(type);
        }

        if (type.Id == TypeId.Decimal128)
        {
            return greatest
                ? new ExtremeAccumulator<Int128, GreatestInt128>(type)
                : new ExtremeAccumulator<Int128, LeastInt128>(type);
        }

        return greatest
            ? new ExtremeAccumulator<long, GreatestInt64>(type)
            : new ExtremeAccumulator<long, LeastInt64>(type);
    }
}
