using System;
using System.Collections.Generic;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Lists every aggregate function, sorted by name: one file and one line each.</summary>
public static class AggregateTable
{
    /// <summary>Gets all aggregate functions.</summary>
    public static IReadOnlyList<AggregateFunction> All { get; } =
    [
        new ApproxCountDistinct(),
        new ArrayAgg(),
        new Avg(),
        new Collect(),
        new Count(),
        new FirstValue(),
        new JsonArrayAgg(),
        new JsonObjectAgg(),
        new LastValue(),
        new ListAgg(),
        new Max(),
        new Min(),
        new Percentile(),
        new Stddev(),
        new StddevPop(),
        new StddevSamp(),
        new Sum(),
        new VarPop(),
        new VarSamp(),
        new Variance(),
    ];

    /// <summary>Finds an aggregate by name, without regard to case.</summary>
    public static AggregateFunction? Find(string name)
    {
        foreach (AggregateFunction function in All)
        {
            if (string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return function;
            }
        }

        return null;
    }
}
