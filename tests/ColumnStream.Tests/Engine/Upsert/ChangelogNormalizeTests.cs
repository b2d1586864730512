using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.Upsert;

// Goal: whatever comes twice, without its old image or with a row that is not there, the changes that leave are complete and
// net of the batch. Method: random events against a dictionary, every change compared; checkpoints and rescaling in the
// middle. Fails when equal rows are told again, a −D of an absent row passes, an old image is that of the batch, or
// wide rows (17 columns: two groups of null bits) mix up their NULLs.
public sealed class ChangelogNormalizeTests : OperatorTest
{
    private static readonly SqlType[] Types =
    [
        SqlType.BigInt, SqlType.String, SqlType.Double, SqlType.Decimal(30, 4), SqlType.Boolean, SqlType.SmallInt,
        .. Enumerable.Repeat(SqlType.String, 5), .. Enumerable.Repeat(SqlType.Integer, 6),
    ];

    [Theory]
    [InlineData(1, 3, true, 0)]
    [InlineData(2, 17, true, 0)]
    [InlineData(3, 2, false, 0)]
    [InlineData(4, 17, false, 0)]
    [InlineData(5, 17, true, 500)]
    [InlineData(6, 1, true, 0)]
    public void Changes_are_those_of_the_last_rows(int seed, int width, bool retracts, long ttlMs)
    {
        var random = new Random(seed);
        var input = new Schema(Types.Take(width).Select((t, i) => new Field($"c{i}", t.ToArrow())).ToArray());
        int key = width > 1 ? 1 : 0;
        var node = new ChangelogNormalizeNode([key])
        {
            Id = 1, Output = ValueList.From(Types.Take(width).Select((t, i) => new SqlField($"c{i}", t))), Uid = "u",
            Changelog = retracts ? ChangelogMode.Retract : ChangelogMode.Upsert, StateTtlMs = ttlMs,
        };
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(node, input, [key], Allocator, Pages) { Time = clock };
        cluster.Start(1 + random.Next(3));
        var model = new Dictionary<string, (object?[] Row, long TouchedMs)>();
        long now = 0;
        for (int step = 0; step < 60; step++)
        {
            int pause = random.Next(300);
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            now += pause;
            Feed(cluster, model, width, key, now, ttlMs, retracts, random, seed);
            if (random.Next(5) == 0)
            {
                var saved = model.ToDictionary();
                if (cluster.Interrupt(random, fullOdds: 2, mostSubtasks: 3, () => Feed(cluster, model, width, key, now, ttlMs, retracts, random, seed)))
                {
                    model = saved;
                }
            }
        }
    }

    private static void Feed(
        OperatorCluster cluster,
        Dictionary<string, (object?[] Row, long TouchedMs)> model,
        int width,
        int key,
        long now,
        long ttlMs,
        bool retracts,
        Random random,
        int seed)
    {
        foreach (string old in model.Where(m => ttlMs > 0 && m.Value.TouchedMs + ttlMs <= now).Select(m => m.Key).ToList())
        {
            model.Remove(old);
        }

        var before = model.ToDictionary();
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        var touched = new HashSet<string>();
        for (int i = random.Next(40); i >= 0; i--)
        {
            object?[] row = [.. Types.Take(width).Select(t => GroupAggregateTests.Value(t, random))];
            string name = BoxedRows.Print([row[key]]);
            if (random.Next(3) == 0 && model.TryGetValue(name, out (object?[] Row, long TouchedMs) known))
            {
                row = known.Row;
            }

            RowKind kind = (RowKind)random.Next(4);
            rows.Add(row);
            kinds.Add(kind);
            touched.Add(name);
            if (kind is RowKind.Insert or RowKind.UpdateAfter)
            {
                model[name] = (row, now);
            }
            else if (kind == RowKind.Delete)
            {
                model.Remove(name);
            }
        }

        var expected = new List<string>();
        foreach (string name in touched)
        {
            bool was = before.TryGetValue(name, out (object?[] Row, long TouchedMs) old);
            bool isThere = model.TryGetValue(name, out (object?[] Row, long TouchedMs) row);
            if (isThere)
            {
                model[name] = (row.Row, now);
            }

            if (was && !isThere)
            {
                expected.Add("-D " + BoxedRows.Print(old.Row));
            }
            else if (!was && isThere)
            {
                expected.Add("+I " + BoxedRows.Print(row.Row));
            }
            else if (was && (ttlMs > 0 || BoxedRows.Print(old.Row) != BoxedRows.Print(row.Row)))
            {
                if (retracts)
                {
                    expected.Add("-U " + BoxedRows.Print(old.Row));
                }

                expected.Add("+U " + BoxedRows.Print(row.Row));
            }
        }

        cluster.Log.Clear();
        cluster.Process(rows, kinds, random);
        AssertChanges(expected, cluster.Log, $"seed {seed}");
    }
}
