using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;
using ColumnStream.Tests.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine;

/// <summary>Gives a test of operators its memory, and fails it when any of that is still held at its end.</summary>
public abstract class OperatorTest : IDisposable
{
    private readonly SizeClassPool _buffers = new();

    protected OperatorTest() => Allocator = new BufferAllocator("test", _buffers);

    protected BufferAllocator Allocator { get; }

    private protected StatePool Pages { get; } = new();

    /// <summary>Makes what puts all state on disk between two steps and leaves nonsense in memory; pages for it come from <c>Pages.ForTask</c>.</summary>
    private protected StateSpill SpillAlways() => new(static () => new MemorySpillFile(), Pages, Allocator, always: true);

    public void Dispose()
    {
        Allocator.Dispose();
        Pages.Dispose();
        _buffers.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the seeds of a test: as many as an environment variable says, or a few.</summary>
    protected static TheoryData<int> SeedsUpTo(int count, string? variable = null) =>
        [.. Enumerable.Range(1, variable is not null && Environment.GetEnvironmentVariable(variable) is string n ? int.Parse(n) : count)];

    protected static Schema SchemaOf(IEnumerable<SqlField> fields) =>
        new(ValueList.From(fields.Select(f => new Field(f.Name, f.Type.ToArrow(), f.Type.Nullable))));

    /// <summary>Counts a row in or out of a multiset.</summary>
    internal static void Count(Dictionary<string, int> rows, string row, int sign = 1)
    {
        int count = rows.GetValueOrDefault(row) + sign;
        rows[row] = count;
        if (count == 0)
        {
            rows.Remove(row);
        }
    }

    /// <summary>Fails, with both sides in order, where two multisets of rows differ.</summary>
    internal static void AssertSame(Dictionary<string, int> expected, Dictionary<string, int> found, string what)
    {
        if (expected.Count != found.Count || expected.Any(e => found.GetValueOrDefault(e.Key) != e.Value))
        {
            static string Text(Dictionary<string, int> rows) =>
                string.Join('\n', rows.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key} x {r.Value}"));
            Assert.Fail($"{what}\nexpected\n{Text(expected)}\nfound\n{Text(found)}");
        }
    }

    /// <summary>Fails where the changes that left are not those expected, in whatever order.</summary>
    protected static void AssertChanges(List<string> expected, List<string> found, string what) => Assert.True(
        expected.Order(StringComparer.Ordinal).SequenceEqual(found.Order(StringComparer.Ordinal)),
        $"{what}: missing {string.Join("; ", expected.Except(found))}, too much {string.Join("; ", found.Except(expected))}");

    /// <summary>Draws changes of the rows that stand on a side: new ones, and, unless it only inserts, some that go.</summary>
    protected static (List<object?[]> Rows, List<RowKind> Kinds) Change(
        List<object?[]> side, int count, bool onlyInserts, Random random, Func<object?[]> draw)
    {
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        while (rows.Count < count)
        {
            if (!onlyInserts && side.Count > 0 && random.Next(side.Count > 60 ? 3 : 5) > 1)
            {
                int victim = random.Next(side.Count);
                rows.Add(side[victim]);
                side.RemoveAt(victim);
                kinds.Add(random.Next(2) == 0 ? RowKind.Delete : RowKind.UpdateBefore);
                continue;
            }

            object?[] row = draw();
            rows.Add(row);
            side.Add(row);
            kinds.Add(onlyInserts || random.Next(2) == 0 ? RowKind.Insert : RowKind.UpdateAfter);
        }

        return (rows, kinds);
    }
}
