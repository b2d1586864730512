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
}
