using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Testing.Reference;

/// <summary>Aggregates rows of boxed values the naive way: long, double, Int128, string, bool or null.</summary>
public static class ReferenceAggregate
{
    public static object? Compute(AggregateCall call, IEnumerable<object?[]> rows)
    {
        List<object?[]> kept = rows.Where(r => call.Filter < 0 || r[call.Filter] is true).ToList();
        if (call.Arguments.Count == 0)
        {
            return (long)kept.Count;
        }

        List<object> values = kept.Select(r => r[call.Arguments[0]]).Where(v => v is not null).Select(v => v!).ToList();
        if (call.Distinct)
        {
            values = values.Distinct().ToList();
        }

        SqlType type = call.ArgumentTypes[0];
        return call.Function switch
        {
            "COUNT" => (long)values.Count,
            _ when values.Count == 0 => null,
            "MIN" => values.Aggregate((a, b) => Order(a, b) <= 0 ? a : b),
            "MAX" => values.Aggregate((a, b) => Order(a, b) >= 0 ? a : b),
            "SUM" when type.Id == SqlTypeId.Decimal => values.Aggregate(Int128.Zero, (s, v) => s + Wide(v)),
            "SUM" when type.IsApproximate => values.Sum(v => (double)v),
            "SUM" => Wrap(type, values.Aggregate(0L, (s, v) => unchecked(s + (long)v))),
            "AVG" when type.Id == SqlTypeId.Decimal => Average(call, values),
            "AVG" when type.IsApproximate => values.Sum(v => (double)v) / values.Count,
            "AVG" => Wrap(type, values.Aggregate(0L, (s, v) => unchecked(s + (long)v)) / values.Count),
            _ => throw new NotSupportedException(call.Function),
        };
    }

    private static object Average(AggregateCall call, List<object> values)
    {
        Int128 sum = values.Aggregate(Int128.Zero, (s, v) => s + Wide(v));
        for (int i = call.ArgumentTypes[0].Scale; i < call.Type.Scale; i++)
        {
            sum *= 10;
        }

        Int128 half = sum < 0 ? -(values.Count / 2) : values.Count / 2;
        return values.Count % 2 == 0 ? (sum + half) / values.Count : ((2 * sum) + (sum < 0 ? -values.Count : values.Count)) / (2 * values.Count);
    }

    private static Int128 Wide(object value) => value is Int128 wide ? wide : (long)value;

    private static object Wrap(SqlType type, long value) => type.Id switch
    {
        SqlTypeId.Integer => (long)(int)value,
        SqlTypeId.SmallInt => (long)(short)value,
        SqlTypeId.TinyInt => (long)(sbyte)value,
        _ => value,
    };

    private static int Order(object a, object b) => a is string s ? string.CompareOrdinal(s, (string)b) : ((IComparable)a).CompareTo(b);
}
