using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>
/// Makes two aggregations of one with DISTINCT, on request: the first by key and a bucket of the value, so that the values of
/// one hot key spread over subtasks, the second adds up the buckets.
/// </summary>
/// <remarks>
/// A value is in one bucket only, so that counts of buckets add up. That holds for one value: aggregations over several distinct
/// ones stay as they are, and so do those with aggregates whose parts do not merge by an aggregate of their own, and those of
/// all rows in batch mode, which count 0 where there is none.
/// </remarks>
internal static class SplitDistinct
{
    private static readonly string[] s_merging = ["COUNT", "SUM", "MIN", "MAX"];

    /// <summary>Splits every aggregation that can be, into <paramref name="buckets"/> buckets a key.</summary>
    public static LogicalPlan Apply(LogicalPlan plan, int buckets, bool isBatch) => LogicalRule.BottomUp(
        plan, node => node is AggregatePlan aggregate && (!isBatch || aggregate.Keys.Count > 0) ? Split(aggregate, buckets) : node);

    private static LogicalPlan Split(AggregatePlan aggregate, int buckets)
    {
        AggregateCall[] distinct = [.. aggregate.Aggregates.Where(IsDistinct)];
        if (distinct.Length == 0
            || distinct.Any(call => call.Arguments.Count != 1 || call.Arguments != distinct[0].Arguments)
            || !aggregate.Aggregates.All(call => s_merging.Contains(call.Function) && call.Constants.Count == 0)
            || Bucket(aggregate.Input.Fields[distinct[0].Arguments[0]].Type, distinct[0].Arguments[0], buckets) is not { } bucket)
        {
            return aggregate;
        }

        ValueList<SqlField> inputs = aggregate.Input.Fields;
        int keys = aggregate.Keys.Count;
        var widened = new ProjectPlan(
            aggregate.Input,
            [.. inputs.Select((f, i) => (BoundExpression)new ColumnExpression(i, f.Type)), bucket],
            [.. inputs, new SqlField("bucket", bucket.Type)]);
        var part = aggregate with
        {
            Input = widened,
            Keys = [.. aggregate.Keys, inputs.Count],
            Aggregates = ValueList.From(aggregate.Aggregates.Select(call => call with { StateId = $"{call.StateId}-part" })),
            Fields =
            [
                .. aggregate.Fields.Take(keys), new SqlField("bucket", bucket.Type), .. aggregate.Fields.Skip(keys),
            ],
            Uid = $"{aggregate.Uid}-part",
        };
        List<AggregateCall> merged = [];
        for (int i = 0; i < aggregate.Aggregates.Count; i++)
        {
            AggregateCall call = aggregate.Aggregates[i];
            int column = keys + 1 + i;
            merged.Add(new AggregateCall(
                call.Function == "COUNT" ? "SUM" : call.Function,
                [column],
                [part.Fields[column].Type],
                Distinct: false,
                Filter: -1,
                call.Type,
                $"{call.StateId}-whole"));
        }

        return aggregate with
        {
            Input = part,
            Keys = ValueList.From(Enumerable.Range(0, keys)),
            Aggregates = ValueList.From(merged),
            Uid = $"{aggregate.Uid}-whole",
        };
    }

    /// <summary>Tells whether a call needs to see each value once; MIN and MAX do not.</summary>
    private static bool IsDistinct(AggregateCall call) => call.Distinct && call.Function is not ("MIN" or "MAX");

    /// <summary>Returns the bucket of a value, or null for types that have none.</summary>
    private static CallExpression? Bucket(SqlType type, int column, int buckets)
    {
        BoundExpression value = new ColumnExpression(column, type);
        if (!type.IsInteger)
        {
            if (type.Id is not (SqlTypeId.VarChar or SqlTypeId.Char or SqlTypeId.Decimal or SqlTypeId.Date) && !type.IsTimestamp)
            {
                return null;
            }

            value = type.Id == SqlTypeId.VarChar
                ? value : new CastExpression(value, SqlType.String.WithNullable(type.Nullable), Try: false);
            value = new CallExpression("HASH_CODE", [value], SqlType.Integer.WithNullable(type.Nullable));
        }

        string divisor = buckets.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new CallExpression(
            "%", [value, new LiteralExpression(divisor, value.Type.WithNullable(false))], value.Type);
    }
}
