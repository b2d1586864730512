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

// Goal: a table by primary key shows the latest of the rows that are left, in whatever order changes of other keys meet.
// Method: random rows, duplicates and retractions, some of rows that are not there, against a list a key; every change
// compared; checkpoints and rescaling in the middle. Fails when positions are lost at a restore, when taking back one of two
// equal rows takes the place of the last one, or when a −D or its image is that of another row.
public sealed class UpsertMaterializeTests : OperatorTest
{
    private static readonly SqlType[] Types = [SqlType.BigInt, SqlType.String, SqlType.BigInt];
    private static readonly Schema Input = new(Types.Select((t, i) => new Field($"c{i}", t.ToArrow())).ToArray());

    [Theory]
    [InlineData(1, false, 0)]
    [InlineData(2, true, 0)]
    [InlineData(3, false, 0)]
    [InlineData(4, true, 0)]
    [InlineData(5, false, 400)]
    [InlineData(6, true, 400)]
    public void The_latest_row_that_is_left_stands_in_the_table(int seed, bool hasRowKey, long ttlMs)
    {
        var random = new Random(seed);
        var node = new UpsertMaterializeNode([0], hasRowKey ? [1] : [])
        {
            Id = 1, Output = ValueList.From(Types.Select((t, i) => new SqlField($"c{i}", t))), Uid = "u",
            Changelog = ChangelogMode.Upsert, StateTtlMs = ttlMs,
        };
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(node, Input, [0], Allocator, Pages) { Time = clock };
        cluster.Start(1 + random.Next(3));
        var model = new Dictionary<string, Key>();
        long now = 0;
        for (int step = 0; step < 120; step++)
        {
            int pause = random.Next(200);
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            now += pause;
            Feed(cluster, model, hasRowKey, now, ttlMs, random, seed);
            if (random.Next(5) == 0)
            {
                var saved = model.ToDictionary(m => m.Key, m => m.Value with { Rows = [.. m.Value.Rows] });
                if (cluster.Interrupt(random, fullOdds: 2, mostSubtasks: 3, () => Feed(cluster, model, hasRowKey, now, ttlMs, random, seed)))
                {
                    model = saved;
                }
            }
        }
    }

    private static void Feed(
        OperatorCluster cluster, Dictionary<string, Key> model, bool hasRowKey, long now, long ttlMs, Random random, int seed)
    {
        foreach (string old in model.Where(m => ttlMs > 0 && m.Value.TouchedMs + ttlMs <= now).Select(m => m.Key).ToList())
        {
            model.Remove(old);
        }

        var before = model.ToDictionary(m => m.Key, m => m.Value.Rows[^1]);
        var rows = new List<object?[]>();
        var kinds = new List<RowKind>();
        var touched = new HashSet<string>();
        for (int i = random.Next(25); i >= 0; i--)
        {
            object?[] row =
            [
                random.Next(7) == 0 ? null : (long)random.Next(4),
                random.Next(2) == 0 ? $"a{random.Next(3)}" : $"a text that is long enough {random.Next(2)}",
                (long)random.Next(hasRowKey ? 50 : 2),
            ];
            string name = BoxedRows.Print([row[0]]);
            touched.Add(name);
            if (!model.TryGetValue(name, out Key? key))
            {
                model[name] = key = new Key([], now);
            }

            bool Same(object?[] other) => hasRowKey ? Equals(other[1], row[1]) : BoxedRows.Print(other) == BoxedRows.Print(row);
            bool removes = random.Next(5) < 2;
            if (removes && key.Rows.Count > 0 && random.Next(4) > 0)
            {
                row = key.Rows[random.Next(key.Rows.Count)];
            }

            rows.Add(row);
            kinds.Add(removes ? (random.Next(2) == 0 ? RowKind.Delete : RowKind.UpdateBefore)
                : random.Next(2) == 0 ? RowKind.Insert : RowKind.UpdateAfter);
            int at = key.Rows.FindIndex(Same);
            if (removes && at >= 0)
            {
                key.Rows.RemoveAt(at);
            }
            else if (!removes && hasRowKey && at >= 0)
            {
                key.Rows[at] = row;
            }
            else if (!removes)
            {
                key.Rows.Add(row);
            }

            model[name] = key with { TouchedMs = now };
        }

        var expected = new List<string>();
        foreach (string name in touched)
        {
            object?[]? old = before.GetValueOrDefault(name);
            object?[]? latest = model[name].Rows.LastOrDefault();
            if (latest is null)
            {
                model.Remove(name);
                expected.AddRange(old is null ? [] : ["-D " + BoxedRows.Print(old)]);
            }
            else if (old is null || ttlMs > 0 || BoxedRows.Print(old) != BoxedRows.Print(latest))
            {
                expected.Add((old is null ? "+I " : "+U ") + BoxedRows.Print(latest));
            }
        }

        cluster.Log.Clear();
        cluster.Process(rows, kinds, random);
        AssertChanges(expected, cluster.Log, $"seed {seed}");
    }

    private sealed record Key(List<object?[]> Rows, long TouchedMs);
}
