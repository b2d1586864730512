using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Numerics;
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

        if (call.Function == "COUNT" && call.Arguments.Count > 1)
        {
            IEnumerable<string> rowsOf = kept.Where(r => call.Arguments.All(a => r[a] is not null))
                .Select(r => BoxedRows.Print(call.Arguments.Select(a => r[a])));
            return (long)(call.Distinct ? rowsOf.Distinct() : rowsOf).Count();
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
            "PERCENTILE" => Percentile(call, values),
            _ when call.Function.StartsWith("VAR", StringComparison.Ordinal) || call.Function.StartsWith("STDDEV", StringComparison.Ordinal)
                => Variance(call, values),
            _ => throw new NotSupportedException(call.Function),
        };
    }

    /// <summary>Tells whether the order of rows decides the result.</summary>
    public static bool IsOrdered(AggregateCall call) =>
        call.Function is "FIRST_VALUE" or "LAST_VALUE" or "LISTAGG" or "ARRAY_AGG" or "COLLECT" or "JSON_ARRAYAGG";

    /// <summary>Adds and takes back rows one by one, the first equal value each time, and says what stands.</summary>
    public static object? Replay(AggregateCall call, IEnumerable<(object?[] Row, int Sign)> history)
    {
        bool takesNulls = call.Nulls == NullRule.Respect || (call.Nulls == NullRule.Default && call.Function == "ARRAY_AGG");
        var values = new List<object?>();
        var counts = new Dictionary<string, int>();
        foreach ((object?[] row, int sign) in history)
        {
            object? value = row[call.Arguments[0]];
            if ((value is null && !takesNulls) || (call.Filter >= 0 && row[call.Filter] is not true))
            {
                continue;
            }

            string text = BoxedRows.Print([value]);
            int count = counts[text] = counts.GetValueOrDefault(text) + sign;
            bool passes = !call.Distinct || (sign > 0 ? count == 1 : count == 0);
            if (passes && sign > 0)
            {
                values.Add(value);
            }
            else if (passes)
            {
                values.RemoveAt(values.FindIndex(v => BoxedRows.Print([v]) == text));
            }
        }

        if (call.Function == "COLLECT")
        {
            return "{" + string.Join(", ", values.GroupBy(v => BoxedRows.Print([v])).Select(g => $"{g.Key}={g.Count()}")) + "}";
        }

        if (call.Function == "JSON_ARRAYAGG")
        {
            return "[" + string.Join(",", values.Select(v => Json(v, call.ArgumentTypes[0]))) + "]";
        }

        return values.Count == 0 ? null : call.Function switch
        {
            "FIRST_VALUE" => values[0],
            "LAST_VALUE" => values[^1],
            "LISTAGG" => string.Join(call.Constants.Count == 0 ? "," : call.Constants[0].Value, values),
            _ => "[" + string.Join(", ", values.Select(v => BoxedRows.Print([v]))) + "]",
        };
    }

    private static string Json(object? value, SqlType type) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        string s => $"\"{s}\"",
        double d => d.ToString("0.0##", CultureInfo.InvariantCulture),
        _ when type.Scale > 0 => DecimalText((BigInteger)Wide(value), type.Scale),
        _ => BoxedRows.Print([value]),
    };

    private static string DecimalText(BigInteger unscaled, int scale)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled.Sign < 0 ? "-" : string.Empty)}{digits[..^scale]}.{digits[^scale..]}";
    }

    private static object Percentile(AggregateCall call, List<object> values)
    {
        double percentage = double.Parse(call.Constants[0].Value!, CultureInfo.InvariantCulture) / Math.Pow(10, call.Constants[0].Type.Scale);
        double[] sorted = [.. values.Select(v => (double)v).Order()];
        double position = (sorted.Length - 1) * percentage;
        double low = sorted[(int)Math.Floor(position)];
        double high = sorted[(int)Math.Ceiling(position)];
        return low == high ? low : ((Math.Ceiling(position) - position) * low) + ((position - Math.Floor(position)) * high);
    }

    /// <summary>Computes in whole numbers: doubles of the tests are quarters.</summary>
    private static object? Variance(AggregateCall call, List<object> values)
    {
        bool isSample = !call.Function.EndsWith("_POP", StringComparison.Ordinal);
        bool isRoot = call.Function.StartsWith("STDDEV", StringComparison.Ordinal);
        if (isSample && values.Count == 1)
        {
            return null;
        }

        SqlType type = call.ArgumentTypes[0];
        BigInteger[] numbers = [.. values.Select(v => v is double d ? (BigInteger)(long)(d * 4) : v is Int128 wide ? (BigInteger)wide : (long)v)];
        BigInteger sum = numbers.Aggregate(BigInteger.Zero, (a, b) => a + b);
        BigInteger squares = numbers.Aggregate(BigInteger.Zero, (a, b) => a + (b * b));
        int n = values.Count;
        int divisor = isSample ? n - 1 : n;
        if (type.IsApproximate)
        {
            double variance = (double)((n * squares) - (sum * sum)) / 16 / n / divisor;
            return isRoot ? Math.Sqrt(variance) : variance;
        }

        if (type.IsInteger)
        {
            BigInteger variance = (squares - (sum * sum / n)) / divisor;
            return Wrap(type, isRoot ? (long)Math.Sqrt((double)variance) : (long)(ulong)(variance & ulong.MaxValue));
        }

        // In units of 10^-(2 × scale); searched for by the definition of rounding to the nearest.
        BigInteger up = (n * squares) - (sum * sum);
        BigInteger down = (BigInteger)n * divisor * BigInteger.Pow(10, 2 * type.Scale);
        BigInteger unit = BigInteger.Pow(10, call.Type.Scale);
        if (!isRoot)
        {
            return (Int128)(((2 * up * unit) + down) / (2 * down));
        }

        BigInteger low = 0;
        BigInteger high = BigInteger.Pow(10, 38);
        while (low < high)
        {
            // The root rounds to more than middle when it is at least middle + 1/2.
            BigInteger middle = (low + high) / 2;
            BigInteger edge = (2 * middle) + 1;
            bool isAbove = 4 * up * unit * unit >= edge * edge * down;
            (low, high) = isAbove ? (middle + 1, high) : (low, middle);
        }

        return (Int128)low;
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
