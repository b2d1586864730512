using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding;

/// <summary>Writes GROUP BY out as a list of grouping sets: ROLLUP, CUBE and GROUPING SETS, and the product of several.</summary>
internal static class GroupingSetList
{
    private const int MostSets = 1024;

    /// <summary>Returns the sets, each a list of expressions; a plain GROUP BY is one set.</summary>
    public static List<List<Expression>> Of(GroupByClause? groupBy, DiagnosticBag diagnostics)
    {
        List<List<Expression>> sets = [[]];
        foreach (GroupingElement element in groupBy?.Elements ?? default)
        {
            List<List<Expression>> next = Expand(element);
            if ((long)sets.Count * next.Count > MostSets)
            {
                diagnostics.Report(PlannerErrors.NotSupported, element.Span, null, $"More than {MostSets} grouping sets");
                next = [next[0]];
            }

            sets = [.. sets.SelectMany(left => next.Select(right => left.Concat(right).Distinct().ToList()))];
        }

        return groupBy is { IsDistinct: true } ? Distinct(sets) : sets;
    }

    private static List<List<Expression>> Expand(GroupingElement element)
    {
        switch (element)
        {
            case GroupingSet set:
                return [[.. set.Expressions]];
            case RollupGrouping rollup:
                return [.. Enumerable.Range(0, rollup.Sets.Count + 1).Select(n =>
                    rollup.Sets.Take(rollup.Sets.Count - n).SelectMany(s => s.Expressions).ToList())];
            case CubeGrouping cube:
                int count = Math.Min(cube.Sets.Count, 30);
                int bits = count > 11 ? MostSets + 1 : 1 << count;
                return [.. Enumerable.Range(0, bits).Select(mask =>
                    cube.Sets.Where((s, i) => (mask >> (count - 1 - i) & 1) == 0).SelectMany(s => s.Expressions).ToList())];
            default:
                return [.. ((GroupingSetsGrouping)element).Elements.SelectMany(Expand)];
        }
    }

    private static List<List<Expression>> Distinct(List<List<Expression>> sets)
    {
        List<List<Expression>> kept = [];
        foreach (List<Expression> set in sets)
        {
            if (!kept.Exists(k => k.Count == set.Count && k.All(set.Contains)))
            {
                kept.Add(set);
            }
        }

        return kept;
    }
}
