using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute.Nested;

/// <summary>Checks functions of arrays against plain lists, over arrays short and long with few distinct values.</summary>
public sealed class CollectionFunctionTests
{
    [Fact]
    public void Functions_of_arrays_agree_with_plain_lists()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var model = new NestedModel(random) { Shuffles = false };
            using var table = new Table();
            SqlType element = model.Type(2);
            SqlType type = SqlType.Array(element);
            int rows = random.Next(1, 60);
            List<object?>?[] a = [.. Enumerable.Range(0, rows).Select(_ => Long(model, type, random))];
            List<object?>?[] b = [.. Enumerable.Range(0, rows).Select(_ => (List<object?>?)model.Value(type))];
            object?[] e = [.. Enumerable.Range(0, rows).Select(_ => model.Value(element))];
            object?[] i = [.. Enumerable.Range(0, rows).Select(_ => model.Value(SqlType.Integer))];
            BoundExpression x = table.Column(type, model.Column(type, a, table.Allocator));
            BoundExpression y = table.Column(type, model.Column(type, b, table.Allocator));
            BoundExpression v = table.Column(element, model.Column(element, e, table.Allocator));
            BoundExpression n = table.Column(SqlType.Integer, model.Column(SqlType.Integer, i, table.Allocator));
            string Key(object? value) => NestedModel.Print(element, value);
            string Text(IEnumerable<object?>? list) => NestedModel.Print(type, list?.ToList());
            var cases = new List<(BoundExpression, Func<int, string>)>
            {
                (Table.Call("ARRAY_DISTINCT", x), r => Text(a[r]?.DistinctBy(Key))),
                (Table.Call("ARRAY_REVERSE", x), r => Text(a[r]?.AsEnumerable().Reverse())),
                (Table.Call("ARRAY_UNION", x, y), r => Text(b[r] is null ? null : a[r]?.Concat(b[r]!).DistinctBy(Key))),
                (Table.Call("ARRAY_EXCEPT", x, y), r => Text(b[r] is null ? null : a[r]?.ExceptBy(b[r]!.Select(Key), Key))),
                (Table.Call("ARRAY_INTERSECT", x, y),
                    r => Text(b[r] is null ? null : a[r]?.IntersectBy(b[r]!.Select(Key), Key))),
                (Table.Call("ARRAY_CONCAT", x, y, x), r => Text(b[r] is null ? null : a[r]?.Concat(b[r]!).Concat(a[r]!))),
                (Table.Call("ARRAY_APPEND", x, v), r => Text(a[r]?.Append(e[r]))),
                (Table.Call("ARRAY_PREPEND", x, v), r => Text(a[r]?.Prepend(e[r]))),
                (Table.Call("ARRAY_REMOVE", x, v), r => Text(a[r]?.Where(item => Key(item) != Key(e[r])))),
                (Table.Call("ARRAY_CONTAINS", x, v),
                    r => a[r] is null ? "NULL" : a[r]!.Any(item => Key(item) == Key(e[r])) ? "true" : "false"),
                (Table.Call("ARRAY_POSITION", x, v),
                    r => a[r] is null || e[r] is null ? "NULL" : $"{a[r]!.FindIndex(item => Key(item) == Key(e[r])) + 1}"),
                (Table.Call("ARRAY_SLICE", x, n, n), r => Text(Slice(a[r], i[r], i[r]))),
                (Table.Call("ARRAY_SLICE", x, n), r => Text(Slice(a[r], i[r], -1L))),
                (Table.Call("CARDINALITY", Table.Call("ARRAY_CONCAT", x, y)),
                    r => a[r] is null || b[r] is null ? "NULL" : $"{a[r]!.Count + b[r]!.Count}"),
            };
            if (!element.IsNested && element.Id != SqlTypeId.Boolean)
            {
                cases.Add((Table.Call("ARRAY_MAX", x), r => Key(Sorted(a[r])?.LastOrDefault(item => item is not null))));
                cases.Add((Table.Call("ARRAY_MIN", x), r => Key(Sorted(a[r])?.FirstOrDefault(item => item is not null))));
                cases.Add((Table.Call("ARRAY_SORT", x), r => Text(Sorted(a[r]))));
                cases.Add((Table.Call("ARRAY_SORT", x, Literals.Bool(false)), r => Text(Sorted(a[r])?.Reverse())));
            }

            Check(seed, table, rows, cases);
        }
    }

    private static void Check(int seed, Table table, int rows, List<(BoundExpression Expression, Func<int, string> Expected)> cases)
    {
        ArrayData[] results = table.Evaluate([.. cases.Select(c => c.Expression)]);
        string? wrong = (
            from c in Enumerable.Range(0, cases.Count)
            from row in Enumerable.Range(0, rows)
            let expected = cases[c].Expected(row)
            let actual = NestedModel.Print(cases[c].Expression.Type, results[c], row)
            where expected != actual
            select $"seed {seed}, row {row}, {cases[c].Expression}: expected {expected}, got {actual}").FirstOrDefault();
        Array.ForEach(results, result => result.Release());
        Assert.True(wrong is null, wrong);
    }

    /// <summary>Makes an array, now and then of some hundred elements: sorting and sets have other ways for these.</summary>
    private static List<object?>? Long(NestedModel model, SqlType type, Random random) => random.Next(10) > 0
        ? (List<object?>?)model.Value(type)
        : [.. Enumerable.Range(0, random.Next(15, 300)).Select(_ => model.Value(type.Element!))];

    private static IEnumerable<object?>? Slice(List<object?>? list, object? from, object? to)
    {
        if (list is null || from is not long start || to is not long end)
        {
            return null;
        }

        start = start > 0 ? start : start == 0 ? 1 : list.Count + start + 1;
        end = end > 0 ? end : end == 0 ? 1 : list.Count + end + 1;
        return list.Where((_, index) => index + 1 >= start && index + 1 <= end);
    }

    private static IEnumerable<object?>? Sorted(List<object?>? list) => list?
        .OrderBy(item => item is not null).ThenBy(item => item as double? is double.NaN ? 1 : 0)
        .ThenBy(item => item as double? ?? (item is Int128 wide ? (double)wide : item as long? ?? 0))
        .ThenBy(item => item as string, StringComparer.Ordinal);
}
